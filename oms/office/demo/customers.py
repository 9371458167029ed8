"""Customers: invented people with addresses in real towns, who come back now and then."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from django.utils.text import slugify

from oms.orders.requests import Address, Contact

FIRST = (
    "Giulia Marco Sofia Luca Martina Alessandro Chiara Matteo Francesca Andrea Elena Davide Sara "
    "Simone Valentina Federico Anna Lorenzo Silvia Riccardo Laura Gabriele Ilaria Stefano Paola "
    "Giorgio Beatrice Nicola Camilla Roberto"
).split()
LAST = (
    "Rossi Ferrari Russo Bianchi Romano Gallo Costa Fontana Conti Esposito Ricci Bruno Greco "
    "Marino Lombardi Moretti Barbieri Colombo Santoro Rinaldi Caruso Leone Longo Martinelli Serra "
    "Vitale Coppola Villa Marchetti Parisi"
).split()
ABROAD = {
    "pl": ("Zofia Kowalska", "Jan Nowak", "Agnieszka Wiśniewska", "Piotr Zieliński"),
    "de": ("Anna Schmidt", "Lukas Weber", "Clara Hoffmann"),
    "en": ("Emily Clarke", "Oliver Wright", "Charlotte Hughes", "James Turner"),
}
STREETS = (
    "Via Roma", "Via Garibaldi", "Via Mazzini", "Corso Cavour", "Viale Europa", "Via Dante",
    "Piazza della Repubblica", "Via Verdi", "Via San Francesco", "Via dei Tigli",
)  # fmt: skip
# Postcode, town, country, latitude, longitude.
TOWNS = (
    ("20154", "Milano", "IT", "45.48070", "9.17540"),
    ("20900", "Monza", "IT", "45.58450", "9.27440"),
    ("24121", "Bergamo", "IT", "45.69490", "9.66980"),
    ("25121", "Brescia", "IT", "45.53980", "10.21970"),
    ("10124", "Torino", "IT", "45.06770", "7.69020"),
    ("28100", "Novara", "IT", "45.44690", "8.62220"),
    ("16121", "Genova", "IT", "44.40560", "8.93920"),
    ("30121", "Venezia", "IT", "45.44080", "12.31550"),
    ("35122", "Padova", "IT", "45.40640", "11.87680"),
    ("37121", "Verona", "IT", "45.43840", "10.99160"),
    ("34121", "Trieste", "IT", "45.64950", "13.77680"),
    ("38122", "Trento", "IT", "46.06980", "11.12110"),
    ("40121", "Bologna", "IT", "44.49490", "11.34260"),
    ("41121", "Modena", "IT", "44.64710", "10.92520"),
    ("43121", "Parma", "IT", "44.80150", "10.32790"),
    ("47921", "Rimini", "IT", "44.06780", "12.56950"),
    ("50121", "Firenze", "IT", "43.76960", "11.25580"),
    ("56121", "Pisa", "IT", "43.71610", "10.39660"),
    ("53100", "Siena", "IT", "43.31880", "11.33080"),
    ("60121", "Ancona", "IT", "43.61580", "13.51890"),
    ("06121", "Perugia", "IT", "43.11070", "12.39080"),
    ("00184", "Roma", "IT", "41.89520", "12.49520"),
    ("00195", "Roma", "IT", "41.91660", "12.46480"),
    ("65121", "Pescara", "IT", "42.46180", "14.21610"),
    ("80121", "Napoli", "IT", "40.83590", "14.24880"),
    ("84121", "Salerno", "IT", "40.68240", "14.76810"),
    ("70121", "Bari", "IT", "41.11710", "16.87190"),
    ("73100", "Lecce", "IT", "40.35150", "18.17500"),
    ("90133", "Palermo", "IT", "38.11570", "13.36150"),
    ("95124", "Catania", "IT", "37.50790", "15.08300"),
    ("09124", "Cagliari", "IT", "39.22380", "9.12170"),
)
TOWNS_ABROAD = {
    "pl": ("00-372", "Warszawa", "PL", "52.23700", "21.02070"),
    "de": ("80331", "München", "DE", "48.13710", "11.57540"),
    "en": ("22100", "Como", "IT", "45.81000", "9.08520"),
}
# Who reads German gets English: our messages speak three languages.
LANGUAGE = {"de": "en"}


@dataclass(frozen=True, slots=True)
class Person:
    contact: Contact
    address: Address
    reference: str

    @property
    def is_abroad(self) -> bool:
        return self.address.country != "IT"


def customers_invent(number: int, rng: Random) -> list[Person]:
    """So many people; one in nine of them does not read Italian."""
    people: list[Person] = []
    for index in range(number):
        if index % 9 == 8:
            language = rng.choice(sorted(ABROAD))
            name, town = rng.choice(ABROAD[language]), TOWNS_ABROAD[language]
        else:
            language, town = "it", rng.choice(TOWNS)
            name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        people.append(_person(index, name, language, town, rng))
    return people


def _person(
    index: int, name: str, language: str, town: tuple[str, str, str, str, str], rng: Random
) -> Person:
    postcode, city, country, latitude, longitude = town
    mailbox = slugify(name).replace("-", ".")
    return Person(
        contact=Contact(
            name=name,
            email=f"{mailbox}{index}@example.com",
            phone=f"+39 399 {rng.randint(100, 999)} {rng.randint(1000, 9999)}",
            language=LANGUAGE.get(language, language),
        ),
        address=Address(
            street=f"{rng.choice(STREETS)} {rng.randint(1, 120)}",
            postcode=postcode,
            city=city,
            country=country,
            # Somewhere in the town, not all in its middle.
            latitude=Decimal(latitude) + Decimal(rng.randint(-900, 900)) / 100_000,
            longitude=Decimal(longitude) + Decimal(rng.randint(-900, 900)) / 100_000,
        ),
        reference=f"casaverde-{1000 + index}",
    )
