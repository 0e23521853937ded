"""Short chats of two people and what they come to, as SAMSum has them.

There are two ways to summarise: the full one, which the shipped records use, and a note. The training text holds
both, never mixed in one document: an exemplar shows which is wanted.
"""

from world import FOODS, PETS, PLACES, ROOMS, THINGS, DAYS, capitalised, is_held_out, people, possessive, pronoun, some

TASKS = ["paint the house", "mend the boat", "clean the barn", "pick the apples", "move the chest"]
SMALL_TALK = [("How are you?", "Fine, thanks."), ("It is cold today.", "Yes, very cold."),
              ("Did you sleep well?", "Not so well."), ("Is your {pet} better?", "Yes, it eats again."),
              ("I am so tired.", "Me too."), ("The {food} was good.", "I am glad.")]


class Chat:
    def __init__(self, rng, first, second):
        self.rng, self.first, self.second, self.lines = rng, first, second, []

    def a(self, text):
        self.lines.append(f"{self.first}: {text}")

    def b(self, text):
        self.lines.append(f"{self.second}: {text}")

    def small_talk(self, chance):
        if self.rng.random() < chance:
            ask, answer = self.rng.choice(SMALL_TALK)
            self.a(ask.format(pet=self.rng.choice(PETS), food=self.rng.choice(FOODS)))
            self.b(answer)

    def open(self):
        self.a(self.rng.choice(["Hi {}!", "Hello {}.", "Are you there, {}?"]).format(self.second))
        self.b(self.rng.choice(["Hi {}!", "Hello {}.", "Yes, {}."]).format(self.first))
        self.small_talk(0.4)

    def close(self):
        self.small_talk(0.2)
        self.a(self.rng.choice(["Good, bye!", "Thanks, bye!", "See you!"]))


def _meeting(rng, chat, place, thing):
    day, other_day = some(rng, DAYS, 2)
    time, other_time = some(rng, range(2, 10), 2)
    chat.a(f"Shall we meet at the {place} on {day}?")
    if rng.random() < 0.5:
        chat.b(f"I can't on {day}. What about {other_day}?")
        chat.a(f"{other_day} is fine.")
        day = other_day
    else:
        chat.b("Good idea. At what time?" if rng.random() < 0.5 else "Yes, I would like that.")
    chat.a(f"At {time}?")
    if rng.random() < 0.4:
        chat.b(f"Better at {other_time}.")
        time = other_time
    else:
        chat.b("Yes, that is good.")
    chat.a(f"Please bring your {thing}.")
    chat.b("I will.")
    return (f"{chat.first} and {chat.second} will meet at the {place} on {day} at {time}. "
            f"{chat.second} will bring {possessive(chat.second)} {thing}.",
            f"A meeting: {place}, {day}, {time} o'clock, with the {thing} of {chat.second}.")


def _lost(rng, chat, place, thing):
    room, day = rng.choice(ROOMS), rng.choice(DAYS)
    chat.a(f"I can't find my {thing}. Have you seen it?")
    if rng.random() < 0.5:
        chat.b(f"Is it not in the {rng.choice([r for r in ROOMS if r != room])}?")
        chat.a("No, I looked there.")
    chat.b(f"I saw it in the {room}.")
    chat.a(f"Can I come to get it on {day}?")
    chat.b(f"Yes, I am back from the {place} at {(time := rng.randint(2, 9))}.")
    return (f"{chat.first} has lost {possessive(chat.first)} {thing}. {chat.second} saw it in the {room}. "
            f"{chat.first} will get it on {day} at {time}.",
            f"A lost thing: {thing} of {chat.first}, {room}, {day}, {time} o'clock.")


def _lending(rng, chat, place, thing):
    third = people(rng, 3)
    third = next(name for name in third if name not in (chat.first, chat.second))
    day = rng.choice(DAYS)
    chat.a(f"Can you lend me your {thing}? I need it at the {place}.")
    if rng.random() < 0.5:
        chat.b(f"I gave it to {third}.")
        chat.a(f"Then I will ask {third} on {day}.")
        return (f"{chat.first} needs a {thing} at the {place}. {chat.second} gave {possessive(chat.second)} {thing} to "
                f"{third}, so {chat.first} will ask {third} on {day}.",
                f"A loan: {thing} of {chat.second}, now with {third}, for the {place}, {day}.")
    chat.b(f"Yes, but I need it back on {day}.")
    chat.a(f"You will have it on {day}.")
    return (f"{chat.second} will lend {possessive(chat.second)} {thing} to {chat.first}, who needs it at the {place}. "
            f"{chat.second} needs it back on {day}.",
            f"A loan: {thing} of {chat.second}, to {chat.first}, for the {place}, {day}.")


def _dinner(rng, chat, place, thing):
    food, other, better = some(rng, FOODS, 3)
    time = rng.randint(4, 9)
    chat.a(f"I am making {food} for dinner. Will you come over from the {place}?")
    chat.b("I would love to. What can I bring?")
    chat.a(f"Some {other}, please.")
    if rng.random() < 0.4:
        chat.b(f"I have no {other}, but I have {better}.")
        chat.a(f"Then bring {better}. And my {thing}.")
        other = better
    else:
        chat.b("Fine.")
        chat.a(f"And bring my {thing}.")
    chat.b(f"I will be there at {time}.")
    return (f"{chat.first} is making {food} for dinner. {chat.second} will come at {time} and bring {other} and the "
            f"{thing} of {chat.first}.",
            f"A dinner: {food} and {other}, {time} o'clock, with the {thing} of {chat.first}.")


def _help(rng, chat, place, thing):
    task, (day, other_day) = rng.choice(TASKS), some(rng, DAYS, 2)
    chat.a(f"I want to {task}. Can you help me on {day}?")
    if rng.random() < 0.6:
        chat.b(f"On {day} I am at the {place}. I can help you on {other_day}.")
        chat.a(f"{other_day} is good too.")
        day = other_day
    else:
        chat.b("Yes, I have time.")
    chat.b(f"Do we need a {thing}?")
    chat.a("Yes, please bring one.")
    return (f"{chat.second} will help {chat.first} to {task} on {day}. {capitalised(pronoun(chat.second))} will bring "
            f"a {thing}.",
            f"Help: {task}, {day}, {chat.second} and {chat.first}, with a {thing}.")


KINDS = [_meeting, _lost, _lending, _dinner, _help]


def dialogue(rng, held_out):
    """(dialogue, full summary, note). Held out are combinations of a kind, a place and a thing."""
    while True:
        kind, place, thing = rng.choice(KINDS), rng.choice(PLACES), rng.choice(THINGS)
        if is_held_out("dialogue", kind.__name__, place, thing) == held_out:
            break
    chat = Chat(rng, *people(rng, 2))
    chat.open()
    summary, note = kind(rng, chat, place, thing)
    chat.close()
    return "\n".join(chat.lines), summary, note
