"""The demo library: invented bands and their films, enough to fill a shelf and page through it."""

from typing import NamedTuple

__all__ = ["ARTISTS", "Artist"]


class Artist(NamedTuple):
    """One invented band.

    Attributes:
        name: As it stands on the cover.
        genre: Shown beside every title.
        since: Year of the first title; later titles follow it.
        titles: Nine titles; every third one is a series.
    """

    name: str
    genre: str
    since: int
    titles: tuple[str, str, str, str, str, str, str, str, str]


ARTISTS = (
    Artist(
        "Velvet Harbour",
        "Dream pop",
        2009,
        (
            "Lighthouse for Two",
            "Slow Ferry Home",
            "The Harbour Tapes",
            "Salt on the Window",
            "Gulls at Midnight",
            "Tide Tables",
            "Every Boat Has a Name",
            "Fog Machine",
            "Dockside Sessions",
        ),
    ),
    Artist(
        "The Tin Orchard",
        "Folk",
        2004,
        (
            "Apples in October",
            "A Ladder Made of Rain",
            "Kitchen Table Concerts",
            "Wire and Blossom",
            "Letters to the Beekeeper",
            "Four Seasons in a Shed",
            "The Last Train to Hay",
            "Kindling",
            "Songs by the Stove",
        ),
    ),
    Artist(
        "Nightbus Choir",
        "Electronic",
        2014,
        (
            "Terminal Seven",
            "Neon Upholstery",
            "Lines N1 to N9",
            "Window Seat",
            "Request Stop",
            "After the Last Stop",
            "Sleeping Through Zone Three",
            "Route Planner",
            "Depot Sessions",
        ),
    ),
    Artist(
        "Saltwater Radio",
        "Synth pop",
        2011,
        (
            "Frequency of Waves",
            "Pier Pressure",
            "Broadcasting from the Beach",
            "Hello, Shortwave",
            "Static in Her Hair",
            "The Weather at Sea",
            "Arcade Summer",
            "Blue Dial",
            "Offshore Sessions",
        ),
    ),
    Artist(
        "Copper & Clay",
        "Soul",
        1998,
        (
            "Hands Like Yours",
            "Sunday Money",
            "One Room, Eight Voices",
            "Make It Gold",
            "Warm Machine",
            "The Rehearsal Diaries",
            "Porch Light",
            "Better Than Bread",
            "Live from the Pottery",
        ),
    ),
    Artist(
        "Static Meadow",
        "Shoegaze",
        2016,
        (
            "Grass Grows Loud",
            "Pylon",
            "Field Recordings",
            "Sleep Is a Colour",
            "Hum",
            "Nine Kinds of Green",
            "Everything Overexposed",
            "The Long Fade",
            "Amplifier Hill",
        ),
    ),
    Artist(
        "Ninth Floor Brass",
        "Jazz",
        1987,
        (
            "Elevator Etiquette",
            "Blue Stairwell",
            "Nine Nights Upstairs",
            "Rooftop Weather",
            "Between the Sixth and the Seventh",
            "Neighbours Complain",
            "Fire Escape Waltz",
            "Lobby Standard",
            "The Landing Sessions",
        ),
    ),
    Artist(
        "Glasshouse Riot",
        "Punk",
        2019,
        (
            "Throw Stones",
            "Two Minutes of Noise",
            "Van Days",
            "Tomato Season",
            "No Refunds",
            "Thirty Basements",
            "Broken Pane",
            "Shout It Slowly",
            "Soundcheck Wars",
        ),
    ),
    Artist(
        "Low Tide Assembly",
        "Ambient",
        2007,
        (
            "A Map of Quiet",
            "Sandbank",
            "Hours of the Estuary",
            "Breathing Exercise",
            "Glacier, Remembered",
            "Slow Television",
            "Moon Over Mud",
            "Nothing Happens Beautifully",
            "Twelve Rooms",
        ),
    ),
    Artist(
        "Marble Arcade",
        "Hip hop",
        2012,
        (
            "Insert Coin",
            "Statues Talk",
            "Corner Shop Cyphers",
            "High Score",
            "Ticket Machine",
            "Block by Block",
            "Pocket Change",
            "Continue?",
            "Back Room Tapes",
        ),
    ),
    Artist(
        "Paper Satellite",
        "Indie rock",
        2001,
        (
            "Orbit, Folded Twice",
            "Signal Lost in Suburbia",
            "Ground Control Diaries",
            "Bedroom Astronomy",
            "Telescope Heart",
            "A Year of Launches",
            "We Came in a Hatchback",
            "Origami Weather",
            "The Garage Transmissions",
        ),
    ),
)
