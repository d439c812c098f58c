"""Words that say how a sentence is built and not what it is about, without accents."""

_FRENCH = (
    "a afin ai aie ainsi alors apres as assez au aucun aucune aujourd aupres aussi autour autre"
    " autres aux avant avec avez avoir avons ayant bien bon bonne c car ce ceci cela celle celles"
    " celui ces cet cette ceux chaque chez ci combien comme comment contre d dans de deja depuis"
    " dernier des dessous dessus deux devant devoir devons dit dire doit doivent donc dont du"
    " duquel elle elles en encore enfin ensuite entre es est et etaient etait etant etc ete etes"
    " etre eu eux faire fais fait faites faut fois font hors hui ici il ils j je jusqu jusque"
    " juste l la laquelle le lequel les lesquels leur leurs loin lors lorsqu lorsque lui m ma"
    " maintenant mais mal malgre me meme memes mes mettre mieux mis moi moins mon n ne ni non nos"
    " notre notamment nous nouveau on ont ou oui par parce parfois parmi pas passe passent passer"
    " pendant peu peut peuvent plus plusieurs plutot point pour pourquoi pourrait pourtant pouvez"
    " pouvoir pouvons premier pres presque puis puisque qu quand que quel quelle quelles quelqu"
    " quelque quelques quels qui quoi rien s sa sans savoir se selon sera serait serieux ses seul"
    " seulement si sinon soit sommes son sont souvent sous suis sur surtout t ta tandis tant tel"
    " telle tels tes toi ton toujours tous tout toute toutes tres trois trop tu un une va vers"
    " veut veulent via voici voila voir vont vos votre voulons vous vrai vraiment vu y crees cree"
    " creer dedans dehors"
)
_ENGLISH = (
    "a about above across after again against all almost already also although always am among an"
    " and another any are around as ask asked at away be because been before being below between"
    " both but by can cannot could did do does doing done down during each either else enough even"
    " ever every few first for from further get gets give given go goes going good got had has"
    " have having he her here hers herself him himself his how however i if in into is it its"
    " itself just keep know last least less let like little look looking looks made make makes"
    " many may me might mine more most much must my myself need needs neither never new next no"
    " nobody none nor not nothing now of off often on once one only onto or other others our ours"
    " ourselves out outside over own per perhaps put rather really s said same say says see seen"
    " several shall she should since so some someone something sometimes still such t take than"
    " that the their theirs them themselves then there these they thing things this those though"
    " three through thus to together too toward towards two under until up upon us use used uses"
    " using very via want wants was way we well were what whatever when where whether which while"
    " who whole whom whose why will with within without would yes yet you your yours yourself"
)
_LIMITS = (
    "ne n pas ni aucun aucune hors sauf sans moins peu jamais plutot not no nor neither cannot"
    " never outside except without less little few rather"
)
FRENCH_WORDS = frozenset(_FRENCH.split())
ENGLISH_WORDS = frozenset(_ENGLISH.split())
LIMITING_WORDS = frozenset(_LIMITS.split())
