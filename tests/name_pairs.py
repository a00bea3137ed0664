"""The table of names: what somebody types, what is registered, whether it is the same, and why.

Everybody here is invented.
"""

from __future__ import annotations

from typing import NamedTuple

from resolvers.rules.names import RegisteredName


class Pair(NamedTuple):
    orthography: str
    claimed: str
    registered: RegisteredName
    matches: bool
    reason: str


MUELLER = RegisteredName("Müllerhain", "Jörg Ansgar")
GROSS = RegisteredName("Weißgrün", "Käthe")
DUTCH = RegisteredName("van den Tulpendijk", "Joost Willem")
DANISH = RegisteredName("Sølvgård", "Bjørn Æskild")
AARUP = RegisteredName("Aagehøj", "Mette")
ICELAND = RegisteredName("Þorbrandsdóttir", "Guðný Æsa")
POLAND = RegisteredName("Wróblińska-Łąk", "Żaneta Małgorzata")
CZECH = RegisteredName("Třešňáková", "Jiřina")
TURKEY = RegisteredName("IŞIKÇIOĞLU", "Çiğdem İnci")
VIETNAM = RegisteredName("Nguyễn-Trạch", "Thị Ngọc Ánh")
SPAIN = RegisteredName("Peñalosa Zubirique", "María José Inés")
PORTUGAL = RegisteredName("da Conceição Brandalho", "João Gonçalo")
FRANCE = RegisteredName("L'Hérissonnière", "Jean-Loïc François")
RUSSIA = RegisteredName("Zhuravlyovskii", "Iurii Lvovich", None, "Журавлёвский, Юрий Львович")
PLAIN_RUSSIA = RegisteredName("Shchukoregov", "Ilia Petrovich")
UKRAINE = RegisteredName("Hrynchakivskyi", "Oleksii", None, "Олексій Гринчаківський")
BULGARIA = RegisteredName("Shtarkelov", "Zhelyo", None, "Жельо Щъркелов")
GREECE = RegisteredName("Thalassoudis", "Fotis", None, "Φώτης Θαλασσούδης")
ARABIC = RegisteredName(
    "Al-Nakhlawi", "Abdul Rahim bin Salman", None, "عبد الرحيم بن سلمان النخلاوي"
)
PERSIA = RegisteredName("Golestanpour", "Kianoush", None, "کیانوش گلستان‌پور")
FATIMA = RegisteredName("El Yasmini", "Fatima Zohra", None, "فاطمة الزهرة الياسميني")
ISRAEL = RegisteredName("Ben-Tzippor", "Noa", None, "נועה בן־ציפור")
KOREA = RegisteredName("Bang", "Ga-ram", None, "방가람")
JAPAN = RegisteredName("Hoshikusa", "Madoka", None, "星草 まどか")
KATAKANA = RegisteredName("Luntveit", "Sanna", None, "ルントヴェイト・サンナ")
INDIA = RegisteredName("Kamalvanshi", "Tarangini", None, "तरंगिणी कमलवंशी")
THAILAND = RegisteredName("Dokmaithong", "Plernpit", None, "เพลินพิศ ดอกไม้ทอง")
CHINA = RegisteredName("Tannwald", "Orla", "谭望·奥拉", None)
TURKMEN = RegisteredName("Gülýazowa", "Ogulşat Täzegül")
MONONYM = RegisteredName("", "Sri Wulandaru")
SENIOR = RegisteredName("Quillfeather", "Barnaby Otis Lune")
JUNIOR = RegisteredName("Marrowby Jr.", "Tobias")
DOCTOR = RegisteredName("Dr. Silberquell", "Edeltraud")
GEORGIA = RegisteredName("Mtsvanishvili", "Nestan", None, "ნესტან მწვანიშვილი")
ARMENIA = RegisteredName("Nranyan", "Hasmik", None, "Հասմիկ Նռանյան")
SERBIA = RegisteredName("Njegoslavljević", "Đorđe", None, "Ђорђе Његослављевић")
AZERBAIJAN = RegisteredName("Gülməmmədova", "Şəfəq")
TAMIL = RegisteredName("Malarvizhiyan", "Kuyil", None, "குயில் மலர்விழியன்")
HAWAII = RegisteredName("Kahalaokalani", "Leilehua", None, "Leilehua Kahalaʻokalani")
SHORT = RegisteredName("Vo", "Ai My")

PAIRS = (
    Pair("German", "jörg müllerhain", MUELLER, True, "case; second given name left out"),
    Pair("German", "Joerg Muellerhain", MUELLER, True, "ICAO spells ö OE and ü UE"),
    Pair("German", "Jorg Mullerhain", MUELLER, True, "the marks left out"),
    Pair("German", "Joerg Mullerhain", MUELLER, True, "each letter by its own spelling"),
    Pair("German", "MUXXLLERHAIN<<JORG<ANSGAR", MUELLER, True, "ICAO also spells ü UXX"),
    Pair("German", "MUELLERHAIN<<JOERG<ANSGAR<<<<<<<<", MUELLER, True, "MRZ with its fillers"),
    Pair("German", "MUELLERHAI<<JOERG", MUELLER, False, "an MRZ cut short lacks a letter"),
    Pair("German", "Müllerhain", MUELLER, False, "a surname alone is not a name"),
    Pair("German", "Jörg Ansgar", MUELLER, False, "given names alone are not a name"),
    Pair("German", "Ansgar Müllerhain", MUELLER, False, "the first given name is missing"),
    Pair("German", "Jörg Möllerhain", MUELLER, False, "ö is not ü"),
    Pair("German", "WEISSGRUEN, KAETHE", GROSS, True, "ß is SS; comma form"),
    Pair("German", "Weissgrun Kathe", GROSS, True, "ß is SS, marks left out"),
    Pair("German", "Weisgrün Käthe", GROSS, False, "ß is never a single s"),
    Pair("German", "Edeltraud Silberquell", DOCTOR, True, "a printed title may be left out"),
    Pair("German", "Frau Edeltraud Silberquell", DOCTOR, False, "a word that is not registered"),
    Pair("Dutch", "Joost van den Tulpendijk", DUTCH, True, "particles in place"),
    Pair("Dutch", "Tulpendijk, Joost Willem van den", DUTCH, True, "catalogue form"),
    Pair("Dutch", "JOOST VANDENTULPENDIJK", DUTCH, True, "spacing of particles"),
    Pair("Dutch", "Joost Tulpendijk", DUTCH, False, "particles belong to the surname"),
    Pair("Danish", "Bjoern Soelvgaard", DANISH, True, "ø is OE, å is AA"),
    Pair("Danish", "Bjorn Aeskild Solvgard", DANISH, True, "ø is O, å is A, æ is AE"),
    Pair("Danish", "Bjørn Askild Sølvgård", DANISH, False, "æ is never a single a"),
    Pair("Danish", "Mette Ågehøj", AARUP, True, "å typed where the passport prints AA"),
    Pair("Danish", "Mette Agehøj", AARUP, False, "AA without a mark is not A"),
    Pair("Icelandic", "THORBRANDSDOTTIR GUDNY", ICELAND, True, "þ is TH, ð is D"),
    Pair("Icelandic", "Guðný Æ. Þorbrandsdóttir", ICELAND, True, "initial of a further name"),
    Pair("Icelandic", "Torbrandsdottir Gudny", ICELAND, False, "þ is never a single t"),
    Pair("Polish", "zaneta wroblinska lak", POLAND, True, "ł, ą, ń, ż without marks"),
    Pair("Polish", "Żaneta Wróblińska", POLAND, False, "half of a double surname"),
    Pair("Polish", "Żaneta Łąk-Wróblińska", POLAND, False, "halves of a surname turned"),
    Pair("Czech", "Jir\u030cina Tr\u030ces\u030cn\u030ca\u0301kova\u0301", CZECH, True, "NFD"),
    Pair("Czech", "Jiřina Třešňák", CZECH, False, "another form of the surname"),
    Pair("Turkish", "çiğdem ışıkçıoğlu", TURKEY, True, "I is the capital of ı"),
    Pair("Turkish", "Cigdem Inci Isikcioglu", TURKEY, True, "A to Z only"),
    Pair("Turkish", "ÇİĞDEM İNCİ IŞIKÇIOĞLU", TURKEY, True, "İ is the capital of i"),
    Pair("Vietnamese", "NGUYEN TRACH THI NGOC ANH", VIETNAM, True, "stacked marks left out"),
    Pair("Vietnamese", "Nguyễn Trạch Thị", VIETNAM, True, "surname first"),
    Pair("Vietnamese", "Ngô Trạch Thị Ngọc Ánh", VIETNAM, False, "another surname"),
    Pair("Spanish", "María José Peñalosa Zubirique", SPAIN, True, "both surnames"),
    Pair("Spanish", "PENXXALOSA<ZUBIRIQUE<<MARIA<JOSE", SPAIN, True, "ñ is NXX in some MRZ"),
    Pair("Spanish", "Maria Ines Penalosa Zubirique", SPAIN, True, "a middle name left out"),
    Pair("Spanish", "María Peñalosa", SPAIN, False, "second surname missing"),
    Pair("Spanish", "Inés María Peñalosa Zubirique", SPAIN, False, "given names turned"),
    Pair("Portuguese", "Joao da Conceicao Brandalho", PORTUGAL, True, "tilde and cedilla left out"),
    Pair("Portuguese", "Conceição Brandalho, João da", PORTUGAL, True, "catalogue form"),
    Pair("Portuguese", "João Brandalho", PORTUGAL, False, "half of the surname"),
    Pair("French", "jean loic lherissonniere", FRANCE, True, "hyphen, apostrophe, accents"),
    Pair("French", "Jean-Loïc L’Hérissonnière", FRANCE, True, "typographic apostrophe"),
    Pair("French", "Jean L'Hérissonnière", FRANCE, False, "a hyphenated name is one name"),
    Pair("Russian", "Журавлевский Юрий", RUSSIA, True, "ё as е, patronymic left out"),
    Pair("Russian", "ЮРИЙ ЛЬВОВИЧ ЖУРАВЛЁВСКИЙ", RUSSIA, True, "native name, surname last"),
    Pair("Russian", "Zhuravlevskii Iurii", RUSSIA, True, "ICAO table, ё is E"),
    Pair("Russian", "Zhuravlyovskiy Yuriy", RUSSIA, True, "YO and YU were in passports"),
    Pair("Russian", "Zhuravljovskij Jurij", RUSSIA, False, "J is in no passport table"),
    Pair("Russian", "Щукорегов Илья", PLAIN_RUSSIA, True, "typed in Cyrillic, registered in Latin"),
    Pair("Russian", "Юрий Журавлёв", RUSSIA, False, "another surname"),
    Pair("Ukrainian", "Гринчаківський Олексій", UKRAINE, True, "native words turned"),
    Pair("Ukrainian", "Hrynchakivskyi Oleksii", UKRAINE, True, "the passport's Latin"),
    Pair("Ukrainian", "Гринчаківська Олексій", UKRAINE, False, "another ending"),
    Pair("Bulgarian", "Жельо Щъркелов", BULGARIA, True, "native"),
    Pair("Bulgarian", "Zhelo Shtarkelov", BULGARIA, True, "щ is SHT, ъ is A, ь unwritten"),
    Pair("Serbian", "Ђорђе Његослављевић", SERBIA, True, "native Cyrillic"),
    Pair("Serbian", "Djordje Njegoslavljevic", SERBIA, True, "dj from the native ђ"),
    Pair("Greek", "ΘΑΛΑΣΣΟΥΔΗΣ ΦΩΤΗΣ", GREECE, True, "capitals without accents, final sigma"),
    Pair("Greek", "Thalassoydis Fotis", GREECE, True, "υ as Y from the native name"),
    Pair("Greek", "Φώτης Θαλασσινός", GREECE, False, "another surname"),
    Pair("Arabic", "Abdulrahim Alnakhlawi", ARABIC, True, "spacing of the article"),
    Pair("Arabic", "Abdul Rahim Salman Al Nakhlawi", ARABIC, True, "bin left out"),
    Pair("Arabic", "Abdul Al Nakhlawi", ARABIC, False, "Abdul is half a name"),
    Pair("Arabic", "عبد الرحيم بن سلمان النخلاوي", ARABIC, True, "native"),
    Pair("Arabic", "عَبْدُ الرحيــم بن سلمان النخلاوي", ARABIC, True, "vowel signs and tatweel"),
    Pair("Arabic", "فاطمه الزهره الياسميني", FATIMA, True, "ه typed for ة"),
    Pair("Arabic", "FAXTTMXAH<ALZHRXAH<ALYASMYNY", FATIMA, True, "ICAO's X scheme"),
    Pair("Persian", "كيانوش گلستانپور", PERSIA, True, "Arabic kaf and yeh, no ZWNJ"),
    Pair("Persian", "کیانوش گلستانی", PERSIA, False, "another surname"),
    Pair("Hebrew", "נועה בן ציפור", ISRAEL, True, "maqaf as space"),
    Pair("Hebrew", "נֹעָה בן־ציפור", ISRAEL, False, "vav written or not is another spelling"),
    Pair("Hebrew", "נוֹעָה בֶּן־צִיפּוֹר", ISRAEL, True, "points left out"),
    Pair("Hangul", "방 가람", KOREA, True, "spacing"),
    Pair("Hangul", "Garam Bang", KOREA, True, "hyphen of the syllables"),
    Pair("Hangul", "Ga Bang", KOREA, False, "half of a hyphenated name"),
    Pair("Hangul", "\u1107\u1161\u11bc\u1100\u1161\u1105\u1161\u11b7", KOREA, True, "loose jamo"),
    Pair("Japanese", "まどか　星草", JAPAN, True, "order, ideographic space"),
    Pair("Japanese", "ﾙﾝﾄｳﾞｪｲﾄ ｻﾝﾅ", KATAKANA, True, "half-width katakana, voicing mark"),
    Pair("Japanese", "るんとゔぇいと さんな", KATAKANA, True, "typed in hiragana"),
    Pair("Japanese", "星草", JAPAN, False, "a surname alone"),
    Pair("Devanagari", "कमलवंशी तरंगिणी", INDIA, True, "order"),
    Pair("Devanagari", "तरंगणी कमलवंशी", INDIA, False, "a vowel sign is a letter"),
    Pair("Tamil", "மலர்விழியன் குயில்", TAMIL, True, "order"),
    Pair("Thai", "เพลินพิศดอกไม้ทอง", THAILAND, True, "spacing"),
    Pair("Thai", "เพลินพิศ ดอกไมทอง", THAILAND, False, "a tone mark is a letter"),
    Pair("Georgian", "ᲜᲔᲡᲢᲐᲜ ᲛᲬᲕᲐᲜᲘᲨᲕᲘᲚᲘ", GEORGIA, True, "Mtavruli capitals"),
    Pair("Armenian", "ՆՌԱՆՅԱՆ ՀԱՍՄԻԿ", ARMENIA, True, "case and order"),
    Pair("Chinese", "谭望 奥拉", CHINA, True, "middle dot as space"),
    Pair("Chinese", "谭望・奥拉", CHINA, True, "katakana middle dot"),
    Pair("Chinese", "譚望·奥拉", CHINA, False, "traditional for simplified"),
    Pair("Chinese", "谭望", CHINA, False, "half of the Chinese name"),
    Pair("Chinese", "ＴＡＮＮＷＡＬＤ　Ｏｒｌａ", CHINA, True, "full-width letters"),
    Pair("Turkmen", "Ogulsat Gulyazowa", TURKMEN, True, "ş, ü, ý without marks"),
    Pair("Turkmen", "GUELYAZOWA<<OGULSAT<TAEZEGUEL", TURKMEN, True, "ä is AE, ü is UE"),
    Pair("Azerbaijani", "SAFAQ GULMAMMADOVA", AZERBAIJAN, True, "ə as A in passports"),
    Pair("Azerbaijani", "Shefeq Gulmemmedova", AZERBAIJAN, False, "ş is not SH in ICAO's table"),
    Pair("Hawaiian", "Leilehua Kahala'okalani", HAWAII, True, "okina as apostrophe"),
    Pair("Indonesian", "sri wulandaru", MONONYM, True, "one name part, all of it"),
    Pair("Indonesian", "Wulandaru", MONONYM, False, "half of the only part"),
    Pair("English", "Barnaby O. L. Quillfeather", SENIOR, True, "initials of further names"),
    Pair("English", "B. Quillfeather", SENIOR, False, "an initial of the first name"),
    Pair("English", "Barnaby Lune Otis Quillfeather", SENIOR, False, "further names turned"),
    Pair("English", "Barnaby Xaver Quillfeather", SENIOR, False, "a name not registered"),
    Pair("English", "Barnaby\u200b \u202eQuillfeather\u202c", SENIOR, True, "invisible characters"),
    Pair("English", "Barnaby Quillfeather Sr.", SENIOR, True, "a suffix that is not registered"),
    Pair("English", "Tobias Marrowby", JUNIOR, True, "a registered suffix left out"),
    Pair("English", "Marrowby, Tobias, Jr", JUNIOR, True, "the suffix at the end"),
    Pair("English", "Tobias Marrowby Sr", JUNIOR, False, "two different suffixes"),
    Pair("English", "B4rnaby Quillfeather", SENIOR, False, "a digit is not a letter"),
    Pair("Short names", "vo ai", SHORT, True, "short names follow the same rules"),
    Pair("Short names", "Vo A My", SHORT, False, "an initial of the first name"),
)
