"""Business customers: invented names, valid check digits, groups, parents and credit."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from stdnum.de import vat as german
from stdnum.it import iva as italian
from stdnum.pl import nip as polish

from b2b.models import Company
from b2b.services.company import company_save
from oms.core.actors import Actor

# The company with prices of its own.
DEDICATED = "edilverde"
CLOSED = "vecchia-bottega"


@dataclass(frozen=True, slots=True)
class Firm:
    """`province` is the three digits of an Italian VAT id that name the tax office."""

    code: str
    name: str
    group: str
    street: str
    postcode: str
    city: str
    latitude: str
    longitude: str
    credit: int | None = 10_000
    days: int = 30
    parent: str = ""
    country: str = "IT"
    province: str = "015"
    needs_po: bool = False
    language: str = "it"


FIRMS = (
    Firm("rossini", "Rossini Distribuzione S.p.A.", "distributor", "Via Emilia 812", "40026",
         "Imola", "44.35990", "11.71240", 120_000, 60, needs_po=True, province="039"),
    Firm("rossini-nord", "Rossini Nord S.r.l.", "distributor", "Via Fratelli Cervi 9", "20090",
         "Segrate", "45.48920", "9.29550", 60_000, 60, "rossini", province="015", needs_po=True),
    Firm("rossini-sud", "Rossini Sud S.r.l.", "distributor", "Zona industriale ASI 14", "80011",
         "Acerra", "40.94480", "14.37120", 45_000, 60, "rossini", province="063", needs_po=True),
    Firm("ferramenta-bianchi", "Ferramenta Bianchi S.n.c.", "reseller", "Via Garibaldi 23",
         "27100", "Pavia", "45.18600", "9.15720", 20_000, province="018"),
    Firm("emporio-toscano", "Emporio Toscano S.r.l.", "reseller", "Viale Europa 77", "55100",
         "Lucca", "43.84300", "10.50270", 12_000, province="046"),
    Firm("casa-giardino", "Casa e Giardino Veneto S.r.l.", "reseller", "Via Venezia 41", "35131",
         "Padova", "45.41090", "11.89030", 15_000, province="028"),
    Firm("bazar-mediterraneo", "Bazar Mediterraneo di L. Greco", "reseller", "Corso Italia 5",
         "95129", "Catania", "37.51660", "15.09750", 2_500, 14, province="087"),
    Firm("miralago", "Hotel Miralago Group S.p.A.", "hospitality", "Lungolago Mafalda 2", "22100",
         "Como", "45.81440", "9.08020", 40_000, 45, province="013"),
    Firm("miralago-garda", "Hotel Miralago Garda S.r.l.", "hospitality", "Via Gardesana 120",
         "37016", "Garda", "45.57590", "10.70610", 18_000, 45, "miralago", province="023"),
    Firm(DEDICATED, "Edilverde Costruzioni S.r.l.", "contractor", "Via del Lavoro 18", "43126",
         "Parma", "44.83050", "10.29740", 60_000, 60, province="034", needs_po=True),
    Firm("ogrod-i-dom", "Ogród i Dom Sp. z o.o.", "reseller", "ul. Ogrodowa 12", "61-821",
         "Poznań", "52.40280", "16.92630", 8_000, country="PL", language="pl"),
    Firm("garten-kueche", "Garten & Küche GmbH", "reseller", "Lindwurmstraße 88", "80337",
         "München", "48.12700", "11.55500", 10_000, country="DE", language="en"),
    Firm(CLOSED, "La Vecchia Bottega S.a.s.", "reseller", "Piazza Dante 3", "38122", "Trento",
         "46.07190", "11.12000", 0, province="022"),
)  # fmt: skip


def companies_make(*, rng: Random, actor: Actor) -> dict[str, Company]:
    """Every company by code; parents stand before their subsidiaries in the list."""
    made: dict[str, Company] = {}
    for firm in FIRMS:
        made[firm.code] = company_save(
            {
                "code": firm.code,
                "name": firm.name,
                "parent": made.get(firm.parent),
                "group": firm.group,
                "vat_id": _vat_id(firm, rng),
                "email": f"orders@{firm.code}.example",
                "phone": f"+39 399 {rng.randint(100, 999)} {rng.randint(1000, 9999)}",
                "street": firm.street,
                "postcode": firm.postcode,
                "city": firm.city,
                "country": firm.country,
                "latitude": Decimal(firm.latitude),
                "longitude": Decimal(firm.longitude),
                "language": firm.language,
                "payment_days": firm.days,
                "credit_limit": None if firm.credit is None else Decimal(firm.credit),
                "requires_po_number": firm.needs_po,
                "is_active": firm.code != CLOSED,
            },
            actor=actor,
        )
    return made


def _vat_id(firm: Firm, rng: Random) -> str:
    """A VAT id with a valid check digit, of a number range that is hardly in use."""
    is_valid, form = {
        "PL": (polish.is_valid, "5{:02d}00{:03d}5"),
        "DE": (german.is_valid, "3{:02d}00{:03d}"),
        "IT": (italian.is_valid, "00{:02d}{:03d}" + firm.province),
    }[firm.country]
    # One Polish number in eleven has no check digit.
    while True:
        body = form.format(rng.randint(10, 99), rng.randint(100, 999))
        for digit in "0123456789":
            if is_valid(body + digit):
                return firm.country + body + digit
