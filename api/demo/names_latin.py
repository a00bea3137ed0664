"""Made-up names in Latin letters, as passports write them, by culture. Nobody bears them.

Surnames are constructed (lanterns, herons, clouds); commas part the names.
"""

from __future__ import annotations

from collections.abc import Mapping

LATIN_NAMES: Mapping[str, tuple[str, str]] = {
    "english": (
        (
            "Thistlewick, Marrowfield, O'Quillan, Brackenmoor, Penhallowby, Fairweather-Lunn, "
            "Underhallow, Wyndlestraw, Copperdale, Larkspurn, MacFennimore, Hollinghurstle"
        ),
        (
            "Rowan Elise, Tobias, Imogen, Jasper Lyle, Clementine, Barnaby, Saffron Jane, Linus, "
            "Wren, Cordelia Mae, Otto James, Maren"
        ),
    ),
    "french": (
        (
            "Boisfleury-Lanterne, Grandmoulinet, Deschandelles, L'Hirondelier, Vaugrenouille, "
            "Passerosée, Clairétang, Montbrumeux, de La Fauvette, Châtaignol"
        ),
        (
            "Éloïse, Gaël, Maëlys, Jean-Loup, Océane, Théophile, Anaïs Noëlle, Côme, Solène, "
            "Émile Henri"
        ),
    ),
    "german": (
        (
            "Nebelfurth, Sternmühle, Großhainsberg, von der Lindenlaube, Käferwald, Müllbrunner, "
            "Füchsleintal, Weißentau, Holunderbach, Glückspfennig, Schneegräber"
        ),
        "Jörg, Änne, Liesel, Björn Oskar, Käthe, Günther, Friederike, Anna-Lena, Matthias, Sönke",
    ),
    "spanish": (
        (
            "Valdelucero Montenube, Rosalindo Peñaclara, Altamar Cigüeñal, Nievesol Ibarrondillo, "
            "Cantarrana Güellez, Del Almendrillo Sotoviento, Lunamarga Ñandubay, Farolero Mielgo"
        ),
        "María José, Íñigo, Lucía, Álvaro, Begoña, Joaquín Andrés, Noelia, Nicolás, Inés, Ramiro",
    ),
    "portuguese": (
        (
            "Ventaviosa dos Limoeiros, Estrelado Gonçalinho, Ribamansa da Conceição, Nevoeirão, "
            "Casaverde Araujinho, Lampiões do Vale, Andorinhal"
        ),
        "João Pedro, Inês, Conceição, Luís, Beatriz, Tomé, Mônica, Antônio, Leonor, Vasco",
    ),
    "italian": (
        (
            "Stellacadente, Boscofiorito, D'Agrumeto, Lunapienotti, De' Lanternai, Pietralisci, "
            "Nuvoletti, Della Rondinaia"
        ),
        "Niccolò, Chiara, Giosuè, Fiammetta, Gian Luca, Mosè, Tullio, Ginevra, Desirée",
    ),
    "polish": (
        (
            "Gwiazdołowicz, Śnieżyczak, Brzozołuk, Łąkosiewicz, Źródlak, Czaplejko, Wiewiórczuk, "
            "Mgłowicz"
        ),
        "Łucja, Stanisław, Zofia, Wojciech, Małgorzata, Michał, Jagoda, Bożena, Kazimierz, Żaneta",
    ),
    "czech": (
        "Ledňáčků, Podlesíčko, Skřivánků, Zářijní, Jiřičkovů, Loutkařů",
        "Jiří, Zdeňka, Ondřej, Růžena, Matěj, Žofie, Vojtěch, Alžběta",
    ),
    "dutch": (
        (
            "van der Nevelgracht, ter Molenwiek, de Zilverreiger, van 't Sterrenhof, Wolkenveld, "
            "IJsvogelaar, op den Dijkhuis, Koekoeksbloem"
        ),
        "Sjoerd, Anneloes, Joost Willem, Fenna, Daniël, Zoë, Maarten, Lotte, Ruben, Geertje",
    ),
    "nordic": (
        (
            "Sølvbækken, Tranebærsund, Ærøskovby, Öringsund, Måneskjoldet, Björkelövdal, "
            "Nattergalsø, Lærkedahlen, Räffelund, Ålandsljus"
        ),
        "Søren, Åsa, Jørgen, Märta, Bjørn, Linnéa, Håkan, Göran, Kåre Emil, Annbritt",
    ),
    "icelandic": (
        "Þokufell, Norðurljós, Ísbjarnarson, Hrafnkelsheim, Ölduberg, Æðarvatn",
        "Þórunn, Guðmundur, Sæunn, Ástþór, Hrefna, Bjarki Þór",
    ),
    "turkish": (
        "Yıldızdağlı, Gülbahçegil, Çınarözülü, Şafaksöken, İncirdereli, Göğüşlü, Menekşegil",
        "Çağla, İbrahim, Gökçe, Şule, Özgür, Işıl, Ümit, Defne, Kâmil, Ayşe Nur",
    ),
    "vietnamese": (
        "Nguyễn, Trần, Đặng, Phùng, Lều, Ngụy, Tống, Quách, Khổng, Đàm",
        (
            "Thị Sao Khuya, Văn Trăng Rằm, Minh Gió, Hồng Hạc, Đức Suối, Thanh Mây, Quốc Đèn, "
            "Ngọc Lúa, Ánh Đom Đóm, Hữu Buồm"
        ),
    ),
    "malay": (
        "Awanbiru, Cahayasenja, Embunpagi, Lautanteduh, Kelipkelip, Angintimur",
        "Zulhikmat, Nur Pelangi, Kasturi, Siti Melur, Adibakti, Rusydan",
    ),
    "filipino": (
        "Bituinhimig, Dela Alapaap, Bulanlawin, Santelmong Dagat, Tagpuanan, Alitaptapan",
        "Maria Ligaya, Jose Amihan, Princess Joy, Rodel, Tala, Isagani, Ma. Corazon, Bayani",
    ),
    "indonesian": (
        "Suryabulan, Melatiwangi, Rintikhujan, Kunangsari, Bayuangkasa, Mutiarasenja",
        ", Dewi, Agus, Putri Ayu, , Wayan, Bambang, ",
    ),
    "yoruba": (
        "Oṣupalọla, Irawọtoyin, Afẹfẹwumi, Ojodudu, Ẹyẹlafin, Imọlẹgbemi",
        "Ọmọlará, Babajídé, Títílayọ̀, Adéṣọlá, Fẹ́mi, Bùkọ́lá",
    ),
    "zulu": (
        "Inkanyezini, Mthunzikazi, Ilangabomvu, Umfulakazi, Izulubluwe",
        "Nomvula, Sipho, Thandeka, Bongani, Lindiwe, Mandlenkosi",
    ),
}
"""Culture → surnames and given names. An empty given name makes a mononym."""
