"""Words of English by what they do in a clause, as far as short forms depend on it."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SUBJECTS = _words("i you he she it we they")
MAY_BE_OBJECTS = _words("you it")

# Behind these a clause may lack what its verb says: "who they are".
ASKING = _words(
    "what who whom whose which where why how whatever whoever wherever however"
)
# No subject is asked for by these: "why don't we", but "who doesn't".
ASKING_NO_SUBJECT = _words("why how where when")
OPENS_A_QUESTION = _words("and but so or well what")
COMPARING = _words("as than way")

OPENS_A_CLAUSE = _words(
    "and but or so because that if when whenever while since though although unless "
    "until whether once then now yet still maybe perhaps today think thinks thought "
    "say says said hope hopes guess suppose means realize realise realized realised "
    "sure glad happy sorry afraid"
)
# "I know it is", but "people who know you are".
OPENS_A_CLAUSE_BEHIND_A_SUBJECT = _words("know believe feel see bet wish")
ENDS_A_CLAUSE = _words(
    "and or but nor because if when whenever while though although than then is are "
    "was were to too either indeed as well at since until unless before after now "
    "today n n't can could will would"
)

PREPOSITIONS = _words(
    "of in on with by to from at into for about against under over through like"
)
FUNCTION_WORDS = PREPOSITIONS | _words(
    "and or but that as because when if than while so too"
)
OF_A_NOUN = _words("a an the my your his her its our their this that these those")
BEGINS_AN_OBJECT = OF_A_NOUN | _words("me you him it us them some any no every each")
ADVERBS = _words(
    "not never ever always already also just only now still all both since long "
    "recently finally"
)
# "Why don't you people go": what is asked is no "you".
GOES_WITH_YOU = _words("people guys folks all lot two both")

NO_ACTIVITY = _words("during thing nothing something anything everything king morning")
NO_PARTICIPLE = _words(
    "red bed need seed feed speed weed breed greed indeed hundred sacred naked wicked"
)
IRREGULAR = _words(
    "been had got gotten gone done seen made taken given come become known shown told "
    "said found felt left lost kept held heard met read sent spent stood thought "
    "understood won written worn brought bought built caught chosen driven eaten "
    "fallen flown forgotten forgiven grown hidden hit hurt led let meant paid put run "
    "sold set sung sat slept spoken stolen taught thrown begun broken drawn drunk cut "
    "cost learnt risen shot fought"
)
# There is no passive of these, so what stands before them is short for "has".
WITHOUT_PASSIVE = _words(
    "been had got gotten become happened come begun grown risen fallen lasted stayed "
    "remained existed occurred appeared arrived died lived failed worked started"
)
# "He's told the truth": he has told it, or is told it.
OF_TWO_OBJECTS = _words(
    "given told shown offered asked taught sent paid called named considered made "
    "elected denied promised"
)
