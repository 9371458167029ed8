"""Distance between two places."""

from math import asin, cos, pi, radians, sin, sqrt

EARTH_KM = 6371.0088
# As far as two places can be: half around the Earth.
FARTHEST_KM = pi * EARTH_KM


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two (latitude, longitude) points in km (haversine formula)."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    chord = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(chord))
