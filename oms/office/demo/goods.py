"""What Casa Verde sells, as a table that people can read and change.

`# A > B > C` opens a category. A product's line is: name | brand | price in EUR with tax | grams |
pack size | colours | sizes (with a factor on price and weight after ×). `!` before a name: no
longer sold. `[food]`, `[staple]`, `[plant]` after a name: the tax class, else the standard one.
"""

GOODS = """
# Garden > Pots and planters
Terracotta pot Impruneta|Fornace Poggi|8.90|1400|6||18 cm, 24 cm×1.7, 30 cm×2.6, 40 cm×4.4
Glazed pot Amalfi|Fornace Poggi|14.90|1900|4|cobalt, sage, white, ochre|20 cm, 28 cm×1.8
Balcony box Ballatoio|Verdevivo|11.50|900|4|anthracite, terracotta, white|60 cm, 80 cm×1.4
Self-watering planter Oasi|Verdevivo|24.90|1600|2|anthracite, white, sage|30 cm, 40 cm×1.5
Zinc planter Officina|Bottega Ferro|19.90|1500|2|silver|25 cm, 35 cm×1.6
# Garden > Seeds, bulbs and soil
Basil seeds Genovese [plant]|Orto Nostro|2.20|15|10||
Tomato seeds San Marzano [plant]|Orto Nostro|2.40|15|10||
Courgette seeds Romanesco [plant]|Orto Nostro|2.40|15|10||
Rocket seeds Selvatica [plant]|Orto Nostro|2.20|15|10||
Chilli seeds Calabrese [plant]|Orto Nostro|2.60|15|10||
Tulip bulbs Bellezza [plant]|Orto Nostro|5.90|300|8|red, yellow, violet|
Saffron bulbs [plant]|Orto Nostro|7.90|200|8||
Potting soil Terra Buona|Terra Buona|5.50|8000|5||10 l, 20 l×1.7, 45 l×3.1
Herb soil Terra Buona|Terra Buona|6.20|8000|5||10 l, 20 l×1.7
Lemon tree fertiliser|Terra Buona|8.90|1000|6||1 kg, 2.5 kg×2.1
# Garden > Tools > Hand tools
Hand trowel Badile|Bottega Ferro|9.90|280|6|forest green, orange|
Weeding fork Forcola|Bottega Ferro|9.90|260|6|forest green, orange|
Pruning shears Cesoia|Bottega Ferro|22.90|240|6|red, forest green|
Lopper Potatore|Bottega Ferro|34.90|1100|3|red|
Folding saw Segaccio|Bottega Ferro|18.50|220|6|orange|
Garden gloves Giardiniera|Verdevivo|7.90|90|12|sage, terracotta, navy|S, M, L
# Garden > Tools > Long tools
Spade Vanga|Bottega Ferro|29.90|1900|4||
Rake Rastrello|Bottega Ferro|21.90|1200|4||
Leaf rake Foglia|Bottega Ferro|16.90|700|4|forest green|
Hoe Zappa|Bottega Ferro|23.90|1300|4||
# Garden > Watering
Watering can Fontana|Verdevivo|15.90|600|4|sage, terracotta, anthracite, yellow|5 l, 10 l×1.4
Garden hose Serpente|Irrigar|24.90|2600|2|forest green|15 m, 25 m×1.5, 50 m×2.7
Hose reel Avvolgi|Irrigar|44.90|3200|1|anthracite|
Spray gun Pioggia|Irrigar|12.90|210|6|orange, forest green|
Drip kit Goccia|Irrigar|39.90|900|2||
Watering timer Ora|Irrigar|34.90|320|4|white|
# Garden > Outdoor living
Bistro chair Caffè|Lido|59.00|4200|2|sage, anthracite, terracotta, white|
Bistro table Caffè|Lido|89.00|8600|1|sage, anthracite, white|
Parasol Riviera|Lido|129.00|9800|1|natural, sage, navy|2.5 m, 3 m×1.4
Deck chair Spiaggia|Lido|69.00|5100|2|striped blue, striped green, natural|
Hammock Siesta|Lido|54.90|1800|2|natural, terracotta|
Charcoal grill Brace|Fuocoforte|149.00|14500|1|black, red|
Charcoal Quercia|Fuocoforte|9.90|3000|5||3 kg, 8 kg×2.3
Lantern Lucciola|Lido|24.90|1100|4|black, white, sage|small, large×1.7
Solar lights Stella|Lumina|29.90|650|6|warm white|
# Kitchen and table > Cookware > Pots and pans
Frying pan Padella|Rame & Co|29.90|900|4|black, sage, cream|20 cm, 24 cm×1.2, 28 cm×1.45
Saucepan Casseruola|Rame & Co|34.90|1100|4|steel|16 cm, 20 cm×1.3
Stockpot Pentola|Rame & Co|54.90|2200|2|steel|5 l, 8 l×1.35
Cast-iron casserole Brasato|Rame & Co|99.00|4800|1|cream, forest green, red, cobalt|4 l, 6 l×1.3
Wok Saltare|Rame & Co|44.90|1500|2|black|30 cm
Griddle Piastra|Rame & Co|39.90|2300|2|black|
# Kitchen and table > Cookware > Baking
Pizza stone Forno|Forno Mio|34.90|3600|2|natural|
Pizza peel Pala|Forno Mio|24.90|800|4|wood|
Baking tin Crostata|Forno Mio|12.90|420|6|steel|24 cm, 28 cm×1.2
Bread tin Pagnotta|Forno Mio|14.90|480|6|steel|
Rolling pin Sfoglia|Forno Mio|13.90|520|6|wood|
Silicone mould Ciambella|Forno Mio|11.90|190|6|terracotta, sage|
# Kitchen and table > Coffee
Moka pot Mattina|Aroma Alto|24.90|560|6|silver, black, red|1 cup×0.8, 3 cups, 6 cups×1.4
Espresso cups Bar|Aroma Alto|21.90|720|4|white, cobalt, ochre|
Cappuccino cups Bar|Aroma Alto|26.90|1100|4|white, cobalt, ochre|
Coffee grinder Macina|Aroma Alto|49.90|1300|2|wood|
Milk frother Schiuma|Aroma Alto|19.90|300|6|silver|
Coffee canister Barattolo|Aroma Alto|16.90|400|4|sage, black, cream|
# Kitchen and table > Tableware
Dinner plate Trattoria|Ceramiche Tosi|8.90|650|6|white, sage, ochre, cobalt|
Soup plate Trattoria|Ceramiche Tosi|8.50|560|6|white, sage, ochre, cobalt|
Dessert plate Trattoria|Ceramiche Tosi|6.90|390|6|white, sage, ochre, cobalt|
Salad bowl Insalata|Ceramiche Tosi|24.90|1300|3|white, sage, ochre|
Pasta bowl Carbonara|Ceramiche Tosi|10.90|620|6|white, cobalt|
Serving platter Festa|Ceramiche Tosi|29.90|1500|2|white, cobalt|
Water glass Fiume|Vetreria Sole|4.50|210|6|clear, smoke, sage|
Wine glass Langhe|Vetreria Sole|6.90|180|6|clear|
Carafe Osteria|Vetreria Sole|15.90|720|4|clear, smoke|
Cutlery set Convivio|Posate Riva|79.00|1900|2|steel, black|24 pieces
Tablecloth Domenica|Tessuti Landi|39.90|700|4|natural, sage, terracotta|140×180 cm, 140×240 cm×1.3
Napkins Domenica|Tessuti Landi|16.90|240|6|natural, sage, terracotta|
# Kitchen and table > Utensils and storage
Chef's knife Cuoco|Posate Riva|39.90|240|4|black, wood|
Bread knife Filone|Posate Riva|29.90|220|4|black, wood|
Paring knife Spelucchino|Posate Riva|14.90|90|6|black, wood|
Chopping board Ulivo|Posate Riva|27.90|1200|4|wood|30 cm, 40 cm×1.4
Grater Parmigiano|Posate Riva|17.90|260|6|steel|
Colander Scolapasta|Rame & Co|22.90|620|4|steel, sage, cream|
Pasta tongs Spaghetti|Posate Riva|9.90|130|8|steel|
Wooden spoon Mestolo|Posate Riva|4.90|60|12|wood|
Storage jar Dispensa|Vetreria Sole|6.90|480|6|clear|0.5 l×0.8, 1 l, 2 l×1.5
Preserving jar Conserva|Vetreria Sole|3.90|350|12|clear|0.25 l×0.8, 0.5 l, 1 l×1.3
Bread bin Panetteria|Bottega Ferro|36.90|1700|2|cream, sage, anthracite|
Kitchen scales Grammo|Aroma Alto|29.90|700|4|white, black|
# Home and living > Textiles > Bedding
Duvet cover Notte|Tessuti Landi|69.90|1300|3|white, sage, sand, navy|single, double×1.4
Fitted sheet Notte|Tessuti Landi|29.90|600|4|white, sage, sand, navy|single, double×1.3
Pillowcase Notte|Tessuti Landi|14.90|180|6|white, sage, sand, navy|
Wool blanket Appennino|Lanificio Alpe|89.00|1600|2|grey, terracotta, forest green|
Cushion Salotto|Tessuti Landi|19.90|450|4|sage, terracotta, ochre, navy, sand|
# Home and living > Textiles > Bath
Hand towel Terme|Tessuti Landi|9.90|250|6|white, sage, sand, terracotta|
Bath towel Terme|Tessuti Landi|22.90|620|4|white, sage, sand, terracotta|
Bathrobe Terme|Tessuti Landi|59.90|1300|2|white, sage|S/M, L/XL
Bath mat Terme|Tessuti Landi|17.90|700|4|white, sand, terracotta|
# Home and living > Lighting
Table lamp Lampara|Lumina|49.90|1500|2|sage, black, ochre|
Floor lamp Airone|Lumina|119.00|5200|1|black, white|
Pendant lamp Cupola|Lumina|79.00|1800|1|black, sage, terracotta, white|
LED bulb E27|Lumina|5.90|60|10|warm white, neutral white|8 W, 12 W×1.3
LED bulb E14|Lumina|4.90|45|10|warm white, neutral white|5 W
String lights Sagra|Lumina|24.90|700|4|warm white|10 m, 20 m×1.7
# Home and living > Furniture > Small furniture
Stool Sgabello|Falegname|49.00|3400|2|wood, black, white|
Side table Comodino|Falegname|79.00|6200|1|wood, white|
Bookcase Libreria|Falegname|159.00|24000|1|wood, white|
Coat rack Ingresso|Falegname|64.90|4100|1|wood, black|
Shoe bench Panca|Falegname|99.00|8900|1|wood, white|
# Home and living > Decoration
Candle Agrumi|Profumi di Casa|12.90|380|6|ochre, sage, terracotta|
Room diffuser Macchia|Profumi di Casa|19.90|420|6|lavender, citrus, fig|
Vase Anfora|Ceramiche Tosi|29.90|1200|2|white, terracotta, sage|22 cm, 32 cm×1.6
Picture frame Cornice|Falegname|14.90|520|4|wood, black, white|13×18 cm, 21×30 cm×1.4, 30×40 cm×1.9
Wall clock Piazza|Falegname|34.90|900|2|black, white, sage|
Mirror Specchio|Falegname|69.00|4600|1|wood, black|50 cm, 70 cm×1.6
# Home and living > Cleaning and laundry
Broom Saggina|Spazzola|13.90|600|6|natural|
Mop set Lindo|Spazzola|24.90|1600|3|sage, grey|
Laundry basket Bucato|Spazzola|34.90|1400|2|natural, grey|40 l, 60 l×1.3
Clothes pegs Mollette|Spazzola|4.90|240|12|wood|
Drying rack Sole|Spazzola|39.90|3300|2|white|
Marseille soap Olio|Profumi di Casa|3.90|300|12|natural, lavender|
# DIY and tools > Hand tools
Hammer Martello|Officina Nord|17.90|650|6|red|300 g, 500 g×1.2
Screwdriver set Vite|Officina Nord|24.90|700|4|red, black|
Pliers Pinza|Officina Nord|15.90|310|6|red|
Adjustable spanner Chiave|Officina Nord|18.90|420|6|steel|200 mm, 250 mm×1.3
Tape measure Metro|Officina Nord|9.90|210|10|yellow|3 m, 5 m×1.3, 8 m×1.7
Spirit level Bolla|Officina Nord|19.90|540|4|yellow|40 cm, 60 cm×1.3
Utility knife Taglio|Officina Nord|7.90|120|12|orange|
Toolbox Cassetta|Officina Nord|39.90|2900|2|red, black|16 in, 20 in×1.4
# DIY and tools > Power tools
Cordless drill Trapano 18V|Elettra|129.00|2100|1|green|
Jigsaw Seghetto|Elettra|89.00|2300|1|green|
Orbital sander Levigo|Elettra|74.90|1600|1|green|
Angle grinder Smeriglio|Elettra|84.90|2000|1|green|
Battery 18V|Elettra|49.90|620|4|green|2 Ah, 4 Ah×1.5
Drill bit set Punte|Elettra|22.90|380|6|steel|13 pieces, 25 pieces×1.7
# DIY and tools > Paint
Wall paint Calce|Colorificio Bruni|29.90|6800|2|white, sand, sage, sky|2.5 l, 5 l×1.7, 10 l×3
Wood varnish Bosco|Colorificio Bruni|19.90|1100|4|oak, walnut, clear|0.75 l, 2.5 l×2.8
Metal enamel Ferro|Colorificio Bruni|17.90|1000|4|black, forest green, red|0.75 l
Spray paint Rapido|Colorificio Bruni|7.90|420|6|black, white, red, sage, ochre|
Paint roller set Rullo|Colorificio Bruni|12.90|450|6||18 cm, 25 cm×1.3
Brush Pennello|Colorificio Bruni|4.50|80|12||30 mm, 50 mm×1.3, 70 mm×1.7
Masking tape Carta|Colorificio Bruni|3.90|140|12||25 m, 50 m×1.6
# DIY and tools > Hardware
Wood screws|Officina Nord|4.90|400|10||3×30 mm, 4×40 mm×1.2, 5×60 mm×1.5
Wall plugs|Officina Nord|3.90|150|10||6 mm, 8 mm×1.2
Picture hooks|Officina Nord|2.90|60|20||
Shelf bracket Mensola|Bottega Ferro|8.90|420|8|black, white|20 cm, 30 cm×1.3
Padlock Sicuro|Bottega Ferro|12.90|230|8|brass|40 mm, 50 mm×1.4
Door handle Maniglia|Bottega Ferro|26.90|600|4|brass, black|
Extension lead Prolunga|Elettra|14.90|640|6|white, black|3 m, 5 m×1.4
# Pantry > Oil and vinegar
Extra virgin olive oil Taggiasca [staple]|Frantoio Ponente|12.90|950|6||0.5 l, 0.75 l×1.4, 3 l×4.8
Extra virgin olive oil Coratina [staple]|Frantoio Murge|11.90|950|6||0.5 l, 0.75 l×1.4
Balsamic vinegar of Modena [food]|Acetaia Gatti|8.90|620|6||0.25 l, 0.5 l×1.7
# Pantry > Pasta and rice
Pasta Paccheri di Gragnano [staple]|Pastificio Vesuvio|3.20|520|12||
Pasta Linguine di Gragnano [staple]|Pastificio Vesuvio|2.90|520|12||
Pasta Orecchiette [staple]|Pastificio Murge|2.60|520|12||
Carnaroli rice [staple]|Riso Lomellina|4.20|1050|10||
Polenta flour Bramata [staple]|Riso Lomellina|3.10|1050|10||
# Pantry > Sauces and preserves
Tomato passata [staple]|Conserve Sud|1.90|780|12||
Pesto alla genovese [food]|Frantoio Ponente|4.90|240|12||
Artichokes in oil [food]|Conserve Sud|6.90|320|6||
Chestnut honey [food]|Apiario Alpe|8.90|560|6||250 g×0.6, 500 g
Apricot jam [food]|Apiario Alpe|5.40|390|6||
# Pantry > Coffee and sweets
Espresso beans Bar Centrale [food]|Aroma Alto|9.90|520|8||500 g, 1 kg×1.85
Ground coffee Moka [food]|Aroma Alto|5.20|260|12||
Cantucci with almonds [food]|Forno Mio|5.90|320|10||
Panettone Classico [food]|Forno Mio|24.90|1100|6||
Torrone with hazelnuts [food]|Forno Mio|7.90|220|10||
# Garden > Tools > Lawn
Hand mower Prato|Verdevivo|119.00|8700|1|forest green|
Lawn edger Bordo|Verdevivo|19.90|900|4||
!Lawn spreader Semina|Verdevivo|42.90|3100|2|forest green|
# Home and living > Christmas
!Nativity figures Presepe|Ceramiche Tosi|34.90|900|4||
Christmas baubles Festa|Vetreria Sole|16.90|240|8|red, silver, sage|
Advent wreath Avvento|Profumi di Casa|29.90|800|4|natural|
!Christmas tree stand Abete|Bottega Ferro|27.90|2400|2|forest green|
!Espresso machine Vapore|Aroma Alto|189.00|4800|1|red, silver|
!Wallpaper Affresco|Colorificio Bruni|24.90|1100|4|sage, sand|
# Pets > Dogs and cats
Dog bed Cuccia|Amici|49.90|2300|2|grey, sand, sage|S, M×1.4, L×1.8
Cat tree Torre|Amici|79.00|9200|1|grey, natural|
Feeding bowl Ciotola|Amici|9.90|380|6|terracotta, sage, white|small, large×1.4
Dog lead Passeggio|Amici|16.90|180|6|red, navy, forest green|
Cat litter Sabbia|Amici|8.90|7000|4||10 kg, 20 kg×1.8
Dog biscuits Osso [food]|Amici|5.90|520|10||
# Pets > Birds and wildlife
Nest box Cinciallegra|Amici|18.90|900|4|wood, forest green|
Bird feeder Pettirosso|Amici|14.90|520|6|wood, red|
Bird seed Bosco [food]|Amici|6.90|2500|6||2.5 kg, 5 kg×1.8
# Pets > Aquaria
Aquarium Laguna|Amici|89.00|6200|1|black, white|60 l, 110 l×1.7
Aquarium filter Corrente|Amici|34.90|700|4||
# Kitchen and table > Small appliances
Kettle Fischio|Aroma Alto|39.90|1200|2|cream, sage, black, red|
Toaster Fetta|Aroma Alto|44.90|1700|2|cream, sage, black, red|
Hand blender Frulla|Aroma Alto|49.90|900|2|white, black|
Ice cream maker Gelato|Aroma Alto|129.00|4600|1|white|
# Home and living > Storage
Storage box Ordine|Spazzola|9.90|700|6|clear, sage, grey|10 l, 25 l×1.5, 45 l×2.1
Seagrass basket Palude|Spazzola|24.90|900|3|natural, black|small, large×1.5
Clothes hanger Gruccia|Spazzola|12.90|800|6|wood, black|
# Home and living > Curtains and rugs
Curtain Velo|Tessuti Landi|34.90|700|3|white, sand, sage, grey|140×250 cm
Rug Tappeto|Lanificio Alpe|99.00|5200|1|sand, terracotta, grey|120×170 cm, 160×230 cm×1.7
"""

# Sets: name, product they stand beside (for category and brand), and (product, units) inside.
# A component is the product's first SKU, or the one whose name ends as given after "/".
KITS = (
    (
        "Gardener's starter set",
        "Hand trowel Badile",
        34.90,
        (
            ("Hand trowel Badile", 1),
            ("Weeding fork Forcola", 1),
            ("Garden gloves Giardiniera", 1),
            ("Terracotta pot Impruneta", 2),
        ),
    ),
    (
        "Herb balcony set",
        "Balcony box Ballatoio",
        24.90,
        (
            ("Balcony box Ballatoio", 1),
            ("Herb soil Terra Buona", 1),
            ("Basil seeds Genovese", 1),
            ("Rocket seeds Selvatica", 1),
        ),
    ),
    (
        "Table for four Trattoria",
        "Dinner plate Trattoria",
        89.00,
        (
            ("Dinner plate Trattoria", 4),
            ("Soup plate Trattoria", 4),
            ("Dessert plate Trattoria", 4),
        ),
    ),
    (
        "Pizza evening set",
        "Pizza stone Forno",
        54.90,
        (("Pizza stone Forno", 1), ("Pizza peel Pala", 1), ("Tomato passata", 2)),
    ),
    (
        "Breakfast at the bar",
        "Moka pot Mattina",
        59.90,
        (("Moka pot Mattina", 1), ("Espresso cups Bar", 1), ("Ground coffee Moka", 2)),
    ),
    (
        "Bistro set Caffè",
        "Bistro table Caffè",
        189.00,
        (("Bistro table Caffè", 1), ("Bistro chair Caffè", 2)),
    ),
    (
        "Pasta dinner box",
        "Pasta Paccheri di Gragnano",
        16.90,
        (
            ("Pasta Paccheri di Gragnano", 2),
            ("Tomato passata", 2),
            ("Extra virgin olive oil Taggiasca", 1),
        ),
    ),
    (
        "Painter's set",
        "Paint roller set Rullo",
        26.90,
        (("Paint roller set Rullo", 1), ("Brush Pennello", 2), ("Masking tape Carta", 2)),
    ),
)
