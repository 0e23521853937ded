"""The small world the tiny model reads about: who and what there is, and what holds for each.

The world is the same in every document, so its facts can be learnt by heart. `Facts` holds them by relation;
`WORDINGS` says how a relation is stated and asked. A share of the (relation, subject) pairs is held out: texts
state them, but no question of the training text asks for them; the shipped questions ask for those alone.
"""

import hashlib
import random

WORLD_SEED = 2718

FEMALE = ["Ada", "Cora", "Ella", "Greta", "Ida", "Kira", "Mira", "Olga", "Rosa", "Tara",
          "Vera", "Yara", "Berta", "Dora", "Frida", "Hanna", "Jana", "Lena", "Nora", "Pia"]
MALE = ["Ben", "Dan", "Finn", "Hugo", "Jonas", "Leo", "Nils", "Paul", "Sam", "Udo",
        "Wim", "Zeno", "Anton", "Carl", "Emil", "Gustav", "Ivo", "Karl", "Max", "Otto"]
NAMES = FEMALE + MALE
VILLAGES = ["Alden", "Birk", "Corm", "Dell", "Elmet", "Farn", "Gorse", "Holm"]
JOBS = ["baker", "farmer", "teacher", "doctor", "painter", "tailor", "fisher", "miller", "smith", "singer"]
PETS = ["cat", "dog", "goat", "duck", "horse", "rabbit", "hen", "sheep"]
ANIMALS = PETS + ["mouse", "frog", "owl", "fox", "bear", "bee"]
FOODS = ["bread", "cheese", "soup", "apples", "pears", "plums", "nuts", "honey", "rice", "beans", "eggs", "cake"]
COLOURS = ["red", "blue", "green", "yellow", "white", "black", "brown", "grey"]
ROOMS = ["kitchen", "garden", "barn", "cellar", "attic", "hall"]
PLACES = ["market", "school", "bridge", "lake", "forest", "mill"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
THINGS = ["ball", "book", "key", "cup", "hat", "coat", "lamp", "rope", "bell", "drum",
          "kite", "knife", "spoon", "chair", "map", "ring"]
CONTAINERS = ["box", "basket", "bag", "pot", "chest", "drawer"]
MATERIALS = ["wood", "wool", "iron", "clay", "glass", "leather", "paper", "silver"]
ANIMAL_FOODS = ["grass", "seeds", "fish", "worms", "leaves", "bones", "berries", "flies"]
ANIMAL_HOMES = ["barn", "forest", "field", "pond", "tree", "hole", "garden", "house"]
PRODUCTS = ["cheese", "boats", "bells", "honey", "hats", "bread", "lamps", "apples"]

HELD_OUT_SHARE = 0.25


def share(*key):
    """A number in [0, 1) that depends on the key alone, on every machine and in every run."""
    digest = hashlib.sha256("\x1f".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def is_held_out(*key):
    """True where the training text must not hold this combination."""
    return share("held out", *key) < HELD_OUT_SHARE


def is_female(name):
    return name in FEMALE


def pronoun(name):
    return "she" if is_female(name) else "he"


def possessive(name):
    return "her" if is_female(name) else "his"


def _dealt(rng, keys, values):
    """Gives each key a value; every value comes about equally often."""
    cards = [values[i % len(values)] for i in range(len(keys))]
    rng.shuffle(cards)
    return dict(zip(keys, cards))


class Facts:
    """What is true: relation -> subject -> value, and for each relation what the wrong values are drawn from."""

    def __init__(self):
        rng = random.Random(WORLD_SEED)
        women, men = FEMALE[:], MALE[:]
        rng.shuffle(women)
        rng.shuffle(men)
        self.families = []  # (mother, father, [children])
        for _ in VILLAGES:
            mother, father = women.pop(), men.pop()
            self.families.append((mother, father, []))
        children = women + men
        rng.shuffle(children)
        for index, child in enumerate(children):
            self.families[index % len(self.families)][2].append(child)

        homes, pets, colours = VILLAGES[:], PETS[:], COLOURS[:]
        for deck in (homes, pets, colours):
            rng.shuffle(deck)
        self.values = {relation: {} for relation in ("village", "pet", "house", "mother", "father")}
        for family, home, pet, colour in zip(self.families, homes, pets, colours):
            mother, father, young = family
            for person in (mother, father, *young):
                self.values["village"][person] = home
                self.values["pet"][person] = pet
                self.values["house"][person] = colour
            for child in young:
                self.values["mother"][child] = mother
                self.values["father"][child] = father
        self.values["food"] = _dealt(rng, NAMES, FOODS)
        self.values["job"] = _dealt(rng, NAMES, JOBS)
        self.values["animal_food"] = _dealt(rng, ANIMALS, ANIMAL_FOODS)
        self.values["animal_home"] = _dealt(rng, ANIMALS, ANIMAL_HOMES)
        self.values["product"] = _dealt(rng, VILLAGES, PRODUCTS)
        self.values["near"] = _dealt(rng, VILLAGES, ["lake", "forest", "hill", "sea"])
        self.values["market_day"] = _dealt(rng, VILLAGES, DAYS)
        self.values["material"] = _dealt(rng, THINGS, MATERIALS)
        self.values["kept"] = _dealt(rng, THINGS, ROOMS)
        self.pools = {
            "village": VILLAGES, "pet": PETS, "house": COLOURS,
            "mother": [family[0] for family in self.families],
            "father": [family[1] for family in self.families],
            "food": FOODS, "job": JOBS, "animal_food": ANIMAL_FOODS, "animal_home": ANIMAL_HOMES,
            "product": PRODUCTS, "near": ["lake", "forest", "hill", "sea"], "market_day": DAYS,
            "material": MATERIALS, "kept": ROOMS,
        }

    def pairs(self, relations, held_out):
        """The (relation, subject) pairs that questions of the training text ask for, or those held out."""
        return [(relation, subject) for relation in relations for subject in self.values[relation]
                if is_held_out("fact", relation, subject) == held_out]


FACTS = Facts()

# relation -> (statements, questions); {s} the subject, {v} the value. "a" before a vowel does not occur.
WORDINGS = {
    "village": (["{s} lives in {v}.", "The home of {s} is in {v}.", "{s} is from the village of {v}."],
                ["Where does {s} live?", "In which village is the home of {s}?"]),
    "pet": (["{s} has a {v}.", "The pet of {s} is a {v}.", "At home {s} feeds a {v}."],
            ["Which pet does {s} have?", "What is the pet of {s}?"]),
    "house": (["The house of {s} is {v}.", "{s} lives in a {v} house."],
              ["What colour is the house of {s}?", "In a house of which colour does {s} live?"]),
    "mother": (["The mother of {s} is {v}.", "{v} is the mother of {s}.", "{s} is a child of {v}."],
               ["Who is the mother of {s}?"]),
    "father": (["The father of {s} is {v}.", "{v} is the father of {s}.", "{s} is a child of {v}."],
               ["Who is the father of {s}?"]),
    "food": (["{s} likes {v}.", "The favourite food of {s} is {v}.", "{s} eats {v} every day."],
             ["What does {s} like to eat?", "What is the favourite food of {s}?"]),
    "job": (["{s} is a {v}.", "{s} works as a {v}.", "The job of {s} is that of a {v}."],
            ["What is the job of {s}?", "As what does {s} work?"]),
    "animal_food": (["The {s} eats {v}.", "A {s} likes {v}.", "The food of the {s} is {v}."],
                    ["What does the {s} eat?", "What is the food of the {s}?"]),
    "animal_home": (["The {s} lives in the {v}.", "A {s} sleeps in the {v}.", "The home of the {s} is the {v}."],
                    ["Where does the {s} live?", "Where does a {s} sleep?"]),
    "product": (["{s} is known for its {v}.", "People go to {s} to buy {v}.", "They make good {v} in {s}."],
                ["What is {s} known for?", "What do people go to {s} to buy?"]),
    "near": (["{s} lies near the {v}.", "From {s} it is not far to the {v}."],
             ["What does {s} lie near?", "To what is it not far from {s}?"]),
    "market_day": (["The market of {s} is on {v}.", "In {s} there is a market on {v}."],
                   ["On which day is the market of {s}?", "When is there a market in {s}?"]),
    "material": (["A {s} is made of {v}.", "{v} is what a {s} is made of."],
                 ["What is a {s} made of?", "Of what do they make a {s}?"]),
    "kept": (["The {s} is kept in the {v}.", "The place for the {s} is the {v}."],
             ["Where is the {s} kept?", "Which is the place for the {s}?"]),
}


def capitalised(text):
    return text[0].upper() + text[1:]


def statement(rng, relation, subject):
    wording = rng.choice(WORDINGS[relation][0])
    return capitalised(wording.format(s=subject, v=FACTS.values[relation][subject]))


def question(rng, relation, subject):
    return capitalised(rng.choice(WORDINGS[relation][1]).format(s=subject))


def some(rng, values, count, without=()):
    """`count` different values."""
    return rng.sample([value for value in values if value not in without], count)


def people(rng, count):
    return rng.sample(NAMES, count)
