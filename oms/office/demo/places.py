"""Casa Verde's warehouse and stores: real towns, invented addresses."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from inventory.models import Location
from inventory.status import LocationKind

Hours = dict[str, list[list[str]]]

WEEKDAYS = ("1", "2", "3", "4", "5")


def _hours(weekday: Any, saturday: Any, sunday: Any, holiday: Any = ()) -> Hours:
    """Opening hours from the spans of a weekday, Saturday, Sunday and public holidays."""
    given = dict.fromkeys(WEEKDAYS, weekday) | {"6": saturday, "7": sunday, "holiday": holiday}
    return {day: [list(span) for span in spans] for day, spans in given.items() if spans}


ALL_DAY = (("09:00", "20:00"),)
LATE = (("09:00", "21:00"),)
BREAK = (("09:00", "12:30"), ("15:30", "19:30"))
SHORT = (("10:00", "19:00"),)

# In a shopping park: every day, also most public holidays.
PARK = _hours(LATE, LATE, (("09:30", "20:30"),), (("10:00", "20:00"),))
TOWN = _hours(ALL_DAY, ALL_DAY, SHORT)
# In an old town: a long break at midday, closed on Sunday.
OLD_TOWN = _hours(BREAK, (("09:00", "13:00"), ("15:30", "19:30")), ())
OLD_TOWN_MONDAY_OFF = {day: spans for day, spans in OLD_TOWN.items() if day != "1"}


@dataclass(frozen=True, slots=True)
class Place:
    """`share` is the part of the assortment it keeps; `ships` whether it packs parcels too."""

    code: str
    name: str
    street: str
    postcode: str
    city: str
    latitude: str
    longitude: str
    hours: Hours = field(default_factory=dict)
    share: float = 0.5
    ships: bool = False
    kind: LocationKind = LocationKind.STORE
    priority: int = 0


WAREHOUSE = Place(
    "WH-PC",
    "Piacenza logistics centre",
    "Via dei Magazzini 40",
    "29122",
    "Piacenza",
    "45.06890",
    "9.75200",
    share=0.92,
    ships=True,
    kind=LocationKind.WAREHOUSE,
    priority=10,
)
STORES = (
    Place(
        "MI-NAV",
        "Milano Navigli",
        "Ripa di Porta Ticinese 61",
        "20143",
        "Milano",
        "45.45130",
        "9.17210",
        PARK,
        0.72,
    ),
    Place(
        "TO-LIN",
        "Torino Lingotto",
        "Via Nizza 290",
        "10126",
        "Torino",
        "45.03260",
        "7.66480",
        PARK,
        0.66,
        True,
    ),
    Place(
        "GE-FIU",
        "Genova Fiumara",
        "Via Operai 14",
        "16149",
        "Genova",
        "44.41320",
        "8.88270",
        TOWN,
        0.52,
    ),
    Place(
        "VE-MES",
        "Venezia Mestre",
        "Corso del Popolo 88",
        "30172",
        "Venezia",
        "45.48560",
        "12.23990",
        TOWN,
        0.55,
    ),
    Place(
        "VR-BOR",
        "Verona Borgo Roma",
        "Via San Giacomo 25",
        "37135",
        "Verona",
        "45.40510",
        "10.99740",
        OLD_TOWN,
        0.45,
    ),
    Place(
        "BO-NAV",
        "Bologna Navile",
        "Via di Corticella 180",
        "40128",
        "Bologna",
        "44.52590",
        "11.35210",
        PARK,
        0.70,
    ),
    Place(
        "FI-NOV",
        "Firenze Novoli",
        "Via di Novoli 42",
        "50127",
        "Firenze",
        "43.79090",
        "11.22270",
        TOWN,
        0.58,
        True,
    ),
    Place(
        "PG-CEN",
        "Perugia Centova",
        "Via Settevalli 320",
        "06129",
        "Perugia",
        "43.09250",
        "12.36540",
        OLD_TOWN_MONDAY_OFF,
        0.38,
    ),
    Place(
        "RM-OST",
        "Roma Ostiense",
        "Via Ostiense 131",
        "00154",
        "Roma",
        "41.86520",
        "12.47920",
        PARK,
        0.72,
        True,
    ),
    Place(
        "NA-VOM",
        "Napoli Vomero",
        "Via Luca Giordano 55",
        "80127",
        "Napoli",
        "40.84440",
        "14.22890",
        OLD_TOWN,
        0.48,
    ),
    Place(
        "BA-POG",
        "Bari Poggiofranco",
        "Via Camillo Rosalba 47",
        "70124",
        "Bari",
        "41.09650",
        "16.86010",
        TOWN,
        0.46,
        True,
    ),
    Place(
        "PA-LIB",
        "Palermo Libertà",
        "Via della Libertà 120",
        "90143",
        "Palermo",
        "38.13610",
        "13.34740",
        OLD_TOWN,
        0.42,
    ),
)


def locations_make() -> dict[str, Location]:
    """Every place as a location, by code; the warehouse has no hours and works around the clock."""
    Location.objects.bulk_create(_location(place) for place in (WAREHOUSE, *STORES))
    return {one.code: one for one in Location.objects.all()}


def _location(place: Place) -> Location:
    return Location(
        code=place.code,
        name=place.name,
        kind=place.kind,
        ships=place.ships,
        collects=place.kind is LocationKind.STORE,
        street=place.street,
        postcode=place.postcode,
        city=place.city,
        country="IT",
        phone=_phone(place),
        latitude=Decimal(place.latitude),
        longitude=Decimal(place.longitude),
        opening_hours=place.hours,
        priority=place.priority,
    )


def _phone(place: Place) -> str:
    return f"+39 800 9{place.postcode[:2]} {place.postcode[2:]}"
