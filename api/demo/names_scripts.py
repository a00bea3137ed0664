"""Made-up names with a script of their own: `Latin|native`, by culture. Nobody bears them."""

from __future__ import annotations

from collections.abc import Mapping

CYRILLIC: Mapping[str, tuple[str, str]] = {
    "russian": (
        (
            "Vymyslenko|Вымысленко, Trideviatko|Тридевятко, Zaozernykh|Заозёрных, "
            "Sneguruk|Снегурук, Kolobchenko|Колобченко, Lukomorko|Лукоморко, "
            "Zharptitsyn-Sedykh|Жарптицын-Седых"
        ),
        (
            "Artem|Артём, Iuliia|Юлия, Fedor|Фёдор, Ekaterina|Екатерина, Timofei|Тимофей, "
            "Zhanna|Жанна, Ilia|Илья, Kseniia|Ксения, Matvei|Матвей, Shchuka|Щука"
        ),
    ),
    "ukrainian": (
        (
            "Nebyliuk|Небилюк, Zorepadko|Зорепадко, Khmarenchuk|Хмаренчук, "
            "Vyshnehraiko|Вишнеграйко, Dzhereliuk|Джерелюк, Kazkovenko|Казковенко"
        ),
        (
            "Oleksii|Олексій, Solomiia|Соломія, Bohdan|Богдан, Yaryna|Ярина, Kateryna|Катерина, "
            "Hryhorii|Григорій, Yevheniia|Євгенія, Taras|Тарас"
        ),
    ),
    "kazakh": (
        (
            "Zhuldyzbay|Жұлдызбай, Akbulakov|Ақбұлақов, Kokterek|Көктерек, Samalkol|Самалкөл, "
            "Tauraykhan|Таурайхан"
        ),
        (
            "Aigerim|Айгерім, Nurbolat|Нұрболат, Gulnaz|Гүлназ, Yerasyl|Ерасыл, Dinara|Динара, "
            "Sanzhar|Санжар"
        ),
    ),
    "serbian": (
        (
            "Zvezdanovački|Звездановачки, Šumarković|Шумарковић, Ždralinac|Ждралинац, "
            "Ćilibarac|Ћилибарац, Đurđevakić|Ђурђевакић"
        ),
        "Nađa|Нађа, Živko|Живко, Ljubica|Љубица, Đorđe|Ђорђе, Čedomir|Чедомир, Višnja|Вишња",
    ),
}

EUROPE_AND_WEST_ASIA: Mapping[str, tuple[str, str]] = {
    "greek": (
        (
            "Papafengariou|Παπαφεγγαρίου, Anemomyliou|Ανεμομυλίου, Chatziasteriou|Χατζηαστερίου, "
            "Ouraniotoxou|Ουρανιοτόξου, Kymatoglou|Κυμάτογλου"
        ),
        (
            "Eleftheria|Ελευθερία, Spyridon|Σπυρίδων, Angeliki|Αγγελική, Charalampos|Χαράλαμπος, "
            "Evangelia|Ευαγγελία, Athanasios|Αθανάσιος"
        ),
    ),
    "arabic": (
        (
            "Al Qamarawi|القمراوي, El Nakhlawi|النخلاوي, Al Manarawi|المناراوي, "
            "Al Yasminawi|الياسميناوي, El Fanousy|الفانوسي, Al Ghaymi|الغيمي"
        ),
        (
            "Layla|ليلى, Youssef|يوسف, Nour El Din|نور الدين, Maryam|مريم, Tarek|طارق, "
            "Yasmin|ياسمين, Abdel Rahman|عبد الرحمن, Salma|سلمى"
        ),
    ),
    "persian": (
        (
            "Setarehdoust|ستاره‌دوست, Baharafza|بهارافزا, Shaparakzadeh|شاپرک‌زاده, "
            "Nasimnia|نسیم‌نیا, Mahtabpour|مهتاب‌پور"
        ),
        "Shirin|شیرین, Kaveh|کاوه, Parisa|پریسا, Bahram|بهرام, Laleh|لاله, Siavash|سیاوش",
    ),
    "urdu": (
        (
            "Chandnipuri|چاندنی پوری, Sitarawala|ستارہ والا, Gulzarabi|گلزارابی, "
            "Badalgarhi|بادل گڑھی, Roshnani|روشنانی"
        ),
        "Ayesha|عائشہ, Bilal|بلال, Zainab|زینب, Muhammad Faizan|محمد فیضان, Hina|حنا, Usman|عثمان",
    ),
    "hebrew": (
        (
            "Kokhavitan|כוכביתן, Har-Shaked|הר-שקד, Yarkhoni|ירחוני, Gal-Zamir|גל-זמיר, "
            "Tziporit|ציפורית"
        ),
        "Noa|נעה, Eitan|איתן, Tamar|תמר, Yonatan|יונתן, Shira|שירה, Ofer|עופר",
    ),
    "georgian": (
        (
            "Varskvlavidze|ვარსკვლავიძე, Mtvarashvili|მთვარაშვილი, Nislishvili|ნისლიშვილი, "
            "Tsisartkeladze|ცისარტყელაძე"
        ),
        "Nino|ნინო, Giorgi|გიორგი, Tamar|თამარ, Levan|ლევან, Ketevan|ქეთევან, Zurab|ზურაბ",
    ),
    "armenian": (
        "Astghatunyan|Աստղատունյան, Lusnakyan|Լուսնակյան, Tsiatsanyan|Ծիածանյան, Amparyan|Ամպարյան",
        "Anahit|Անահիտ, Tigran|Տիգրան, Lilit|Լիլիթ, Vahan|Վահան, Nare|Նարե, Hayk|Հայկ",
    ),
    "amharic": (
        "Kokebabeba|ኮከባበባ, Chereqa|ጨረቃ, Demenawork|ደመናወርቅ, Zinabwork|ዝናብወርቅ",
        "Selam|ሰላም, Dawit|ዳዊት, Hiwot|ሕይወት, Yonas|ዮናስ, Meron|ሜሮን, Bekele|በቀለ",
    ),
}

SOUTH_AND_EAST_ASIA: Mapping[str, tuple[str, str]] = {
    "hindi": (
        (
            "Taramandal|तारामंडल, Meghdootia|मेघदूतिया, Chandrakiran|चंद्रकिरण, "
            "Neelkamalia|नीलकमलिया, Suryamukhi|सूर्यमुखी, Jugnuwal|जुगनूवाल"
        ),
        (
            "Aarav|आरव, Ananya|अनन्या, Rohan|रोहन, Kavya|काव्या, Ishaan|ईशान, Meera|मीरा, "
            "Vikram|विक्रम, Diya|दीया"
        ),
    ),
    "tamil": (
        (
            "Nilavazhagan|நிலவழகன், Vinmeenan|விண்மீனன், Malaiaruvi|மலையருவி, Kadalarasan|கடலரசன், "
            "Poonguyilan|பூங்குயிலன்"
        ),
        "Kayal|கயல், Arun|அருண், Malar|மலர், Iniyan|இனியன், Yazhini|யாழினி, Kathir|கதிர்",
    ),
    "nepali": (
        "Himtara|हिमतारा, Laligurans|लालीगुराँस, Jhyaunkiri|झ्याउँकिरी, Danphe|डाँफे, Badalghar|बादलघर",
        "Sujan|सुजन, Asmita|अस्मिता, Bibek|बिबेक, Prakriti|प्रकृति, Kiran|किरण, Sunita|सुनिता",
    ),
    "bengali": (
        "Jonakipur|জোনাকিপুর, Megharanjan|মেঘরঞ্জন, Nilakash|নীলাকাশ, Shaplaful|শাপলাফুল, Tarabati|তারাবাতি",
        "Tahmina|তাহমিনা, Rafiq|রফিক, Nusrat|নুসরাত, Shakil|শাকিল, Mitu|মিতু, Arif|আরিফ",
    ),
    "thai": (
        (
            "Chanthrasaengdao|จันทร์แสงดาว, Khwanmek|ขวัญเมฆ, Saithanfan|สายธารฝัน, "
            "Doklamduan|ดอกลำดวน, Thongfasai|ทองฟ้าใส"
        ),
        "Anong|อนงค์, Kittisak|กิตติศักดิ์, Malai|มาลัย, Narong|ณรงค์, Phloi|พลอย, Somsi|สมศรี",
    ),
    "burmese": (
        "La Yaung Oo|လရောင်ဦး, Pan Thazin Nwe|ပန်းသဇင်နွယ်, Kyel Sin Moe|ကြယ်စင်မိုး, Shwe Hnin Si|ရွှေနှင်းဆီ",
        "",
    ),
    "korean": (
        "Gu|구, Pyeon|편, Ok|옥, Eun|은, Bong|봉, Hwangbo|황보, Namgung|남궁, Jegal|제갈",
        (
            "Byeolha|별하, Dalbit|달빛, Sol-i|솔이, Garambyeol|가람별, Nuribom|누리봄, "
            "Haneulso|하늘소, Iseul|이슬, Mirinae|미리내"
        ),
    ),
    "japanese": (
        (
            "Hoshizukiyo|星月夜, Kumonoue|雲之上, Yukimisaka|雪見坂, Hotarubashi|蛍橋, "
            "Furinzaka|風鈴坂, Natsukazeno|夏風野"
        ),
        (
            "Sora|そら, Hinako|ひなこ, Takumaru|たくまる, Mizuki|みずき, Kaede|カエデ, "
            "Shizuku|しずく, Haruto|はると, Renji|レンジ"
        ),
    ),
    "huaren": (
        "Tan|陈, Lim|林, Goh|吴, Ong|王, Chua|蔡, Ng|黄, Sim|沈, Teo|张, Auyong|欧阳",
        (
            "Xing He|星河, Yun Duo|云朵, Deng Ta|灯塔, Hai Ou|海鸥, Zhu Ying|竹影, Mei Yu|梅雨, "
            "He Feng|荷风, Xue Zhou|雪舟"
        ),
    ),
}
"""`huaren`: people of Chinese descent; their native name is their Chinese name."""

CHINESE_SURNAMES = ("龙", "柳", "白", "云", "江", "唐", "石", "林", "安", "欧阳")
CHINESE_GIVEN_NAMES = (
    *("星帆", "知远", "海灯", "雪舟", "竹溪", "明鹭", "若岚", "思桥", "念晴", "山青"),
    *("灯", "鹭", "岚", "晓桥", "帆"),
)
"""What foreigners of other descent choose as a Chinese name."""
