"""STOP in people's words: what is an opt-out of everything, of marketing, a possible one, and what is none."""

import unicodedata
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffetta.contacts.opt_outs.match import Outcome, Phrase, Verdict, judge, strongest, words_of
from staffetta.contacts.opt_outs.word_lists import built_in, expanded, labels, languages, never_excepted

EVERYTHING = (
    # the cases
    "STOP \ud83d", "Stop, grazie", "stop per favore", "Non voglio più ricevere messaggi", "S.T.O.P.", "STOP STOP",
    "disiscriviti", "sair", "стоп",
    # one word, however it is written
    "STOP", "stop.", " Stop!! ", "🛑 stop", "/stop", "#STOP", "«stop»", "*STOP*", "_stop_", "Stop\u200b", "s\u00adtop",
    "ＳＴＯＰ", "𝐒𝐓𝐎𝐏", "🅂🅃🄾🄿", "ⓢⓣⓞⓟ", "s t o p", "s-t-o-p", "S. T. O. P.", "S_T_O_P", "stoooop", "STOPPP!!!", "ST0P",
    "SТОP", "sтор", "СТOП", "\u202eSTOP\u202c", "STOP\u0000", "stop️",
    # politeness, repetition, several at once
    "Per favore, stop", "Buongiorno, vorrei disiscrivermi. Grazie mille, cordiali saluti", "stop stop stop basta",
    "please STOP, thanks", "Bitte abmelden, danke", "stop svp", "por favor, darme de baja", "请退订，谢谢",
    # Italian
    "Basta", "basta!!", "cancellami", "Cancellatemi dalla lista", "Annulla iscrizione", "annulla  ISCRIZIONE",
    "non scrivetemi più", "Non mi scrivete più", "non mandatemi più messaggi", "rimuovetemi", "smettetela di scrivermi",
    "Non desidero più ricevere le vostre comunicazioni", "revoco il consenso", "disiscrivi", "disiscrizione",
    # English
    "Unsubscribe", "unsubscribe me please", "opt-out", "opt out", "Stop all", "remove me from this list",
    "Don't text me again", "I don't want to receive messages anymore", "take me off your list",
    # German, French, Spanish, Portuguese
    "Abmelden", "stopp", "Keine Nachrichten mehr", "Schreiben Sie mir bitte nicht mehr", "Arrêt", "arret", "désabonner",
    "Se désabonner", "Je ne veux plus recevoir de messages", "baja", "dar de baja", "No quiero recibir más mensajes",
    "Parar", "descadastrar", "Quero sair da lista", "não quero mais receber mensagens", "cancelar inscrição",
    # Arabic, Hebrew, Russian, Chinese, and more
    "إيقاف", "ايقاف الرسائل", "إلغاء الاشتراك", "إلغاء الاشتراك من فضلك", "لا ترسلوا لي رسائل", "ســتــوب",
    "הסר", "הסירו אותי", "הסר אותי בבקשה", "להסיר", "תפסיקו לשלוח לי הודעות", "אל תשלחו לי יותר",
    "Отпишите меня", "не пишите мне больше", "Отписаться от рассылки, пожалуйста", "退订", "退訂", "取消订阅",
    "不要再发了", "afmelden", "wypisz mnie", "dezabonare", "abonelikten çık",
    # what buttons carry
    "STOP_ALL", "opt_out", "OPT-OUT", "unsubscribe_all",
)  # fmt: skip
MARKETING = (
    "Stop promotions", "STOP PROMOTIONS", "stop_promotions", "Stop promotions 🙏 thanks", "Basta pubblicità",
    "stop promo", "Non voglio più ricevere le vostre offerte", "niente pubblicità, grazie", "Keine Werbung mehr",
    "no more ads please", "plus de pub", "no más publicidad", "chega de propaganda", "хватит рекламы", "不要广告",
    "בלי פרסומות", "لا أريد إعلانات", "OPT_OUT_MARKETING",
)  # fmt: skip
POSSIBLE = (
    "Cancella", "ALTO", "annulla", "Annulla, grazie", "cancellazione", "Disdici", "fermati", "cancel", "END", "quit",
    "cancelar", "Cancelar por favor", "kündigen", "stornieren", "annuler", "отмена", "取消", "ביטול", "إلغاء", "anuluj",
    "TD", "Interrompi promozioni", "Parar promoções", "Detener promociones", "Werbung stoppen", "Остановить рекламу",
    "non mi interessa", "not interested", "no me interesa",
    "Vi ho già detto di non scrivermi più, è la terza volta", "Ciao, stop. Chi siete?", "STOP\nAltrimenti vi denuncio",
    "Come faccio a disiscrivermi?", "how do I unsubscribe from this", "¿Cómo puedo darme de baja de esto?",
)  # fmt: skip
NOTHING = (
    "", " ", "🛑", "🙏", "…", "1", "ok", "sì", "Sì grazie", "no grazie", "grazie", "start", "Grazie mille, a presto",
    "non stop", "nonstop", "bus stop", "stop by the shop", "Ci fermiamo alle 8?", "basta così poco?", "Stoppata!",
    "Ci vediamo alla fermata, stop Garibaldi", "Basta che arrivi in tempo", "un caffè e basta", "Il bus ferma a Stop",
    "pit stop alle 10", "one stop shop", "don't stop", "can't stop smiling", "Stop and go", "full stop",
    "Stoppino", "stopwatch", "Sto per arrivare", "Ho cancellato la riunione di ieri con Paolo",
    "Potete cancellare il mio appuntamento di giovedì?",
    "Vorrei annullare l'ordine 1234", "Please cancel my order", "can you cancel Thursday", "How do I end the trial?",
    "Ende gut, alles gut", "Wann ist Abmeldeschluss?", "La fin du mois", "El edificio más alto", "baja la música",
    "Hasta el fin de semana", "parar o carro na garagem", "Vou sair de casa agora", "Ele vai sair?", "стоп-кран сломан",
    "автобусная остановка", "我想取消明天的预约可以吗", "停车场在哪里", "متى يبدأ العرض", "מתי אתם פותחים",
    "Сколько стоит?",
    "ctop", "СТОР", "Via Alto Adige 12", "Fine settimana libero?", "e", "s", "t o p o l i n o", "non ho capito",
    "halt mal kurz",
    "Quanto costa? Basta una mail?", "il basta e avanza", "cent ans", "TDAH", "Baja California",
    "Dobbiamo fare uno stop?",
)  # fmt: skip


def outcome(text: str) -> Outcome:
    return judge(text, built_in()).outcome


@pytest.mark.parametrize("text", EVERYTHING)
def test_a_person_who_writes_this_opts_out_of_everything(text: str) -> None:
    assert outcome(text) is Outcome.ALL


@pytest.mark.parametrize("text", MARKETING)
def test_a_person_who_writes_this_opts_out_of_marketing(text: str) -> None:
    assert outcome(text) is Outcome.MARKETING


@pytest.mark.parametrize("text", POSSIBLE)
def test_what_may_be_an_opt_out_is_for_a_person_to_decide(text: str) -> None:
    assert outcome(text) is Outcome.POSSIBLE


@pytest.mark.parametrize("text", NOTHING)
def test_this_is_no_opt_out(text: str) -> None:
    assert outcome(text) is Outcome.NOTHING


def test_a_half_emoji_does_not_hide_a_stop() -> None:
    assert outcome("STOP \ud83d") is Outcome.ALL
    assert outcome("\ude00 stop") is Outcome.ALL


def test_of_several_things_said_the_strictest_counts() -> None:
    assert outcome("Stop promotions. STOP") is Outcome.ALL
    assert outcome("cancella, basta pubblicità") is Outcome.MARKETING
    verdicts = [Verdict(Outcome.POSSIBLE), Verdict(Outcome.ALL), Verdict()]
    assert strongest(verdicts).outcome is Outcome.ALL
    assert strongest([]).outcome is Outcome.NOTHING


def test_letters_that_look_alike_count_in_words_of_mixed_script_only() -> None:
    assert words_of("SТОP") == ("stop",)  # Т and О are Cyrillic
    assert words_of("СТOП") == words_of("стоп")  # O is Latin
    assert words_of("СТОР") != ("stop",)  # all Cyrillic: what it says is another word
    assert words_of("сор") == words_of("СОР") != ("cop",)


def test_the_ten_languages_have_words_of_each_kind() -> None:
    wanted = {"it", "en", "de", "fr", "es", "pt", "ar", "he", "ru", "zh"}
    lists = languages()
    assert wanted <= lists.keys()
    for language in wanted:
        for kind in ("all", "marketing", "possible", "polite", "within"):
            assert lists[language][kind], (language, kind)


def test_only_a_label_with_a_named_source_is_an_opt_out_of_marketing() -> None:
    for label in labels():
        wanted = Outcome.MARKETING if label.get("sources") else Outcome.POSSIBLE
        assert outcome(label["text"]) is wanted, label
    assert [label["text"] for label in labels() if label.get("sources")] == ["Stop promotions"]
    assert all("https://" in source for label in labels() for source in label.get("sources", ()))


def test_whatever_the_lists_hold_is_understood_as_they_say() -> None:
    """Every phrase of every list, as it is written there: nothing is weaker than its list, in any language."""
    order = list(Outcome)
    for language, lists in languages().items():
        for kind, least in (("all", Outcome.ALL), ("marketing", Outcome.MARKETING), ("possible", Outcome.POSSIBLE)):
            for text in lists.get(kind, ()):
                words = next(iter(expanded(text)))
                found = outcome(" ".join(words))
                assert order.index(found) >= order.index(least) or found is Outcome.POSSIBLE, (language, text)
        for text in lists.get("polite", ()):
            for words in expanded(text):
                assert outcome(" ".join(words)) is Outcome.NOTHING, (language, text)


def test_an_own_word_and_an_own_exception_come_before_the_lists() -> None:
    own = [Phrase("pausa estiva", Outcome.ALL, "own"), Phrase("Basta", Outcome.NOTHING, "own")]
    mine = built_in().with_own(own)
    assert judge("Pausa estiva, grazie", mine).outcome is Outcome.ALL
    assert judge("BASTA!", mine).outcome is Outcome.NOTHING
    assert judge("Basta, grazie. Arrivo", mine).outcome is Outcome.NOTHING
    assert judge("basta, stop", mine).outcome is Outcome.ALL
    assert outcome("Basta") is Outcome.ALL


def test_an_exception_holds_inside_a_longer_text_too() -> None:
    mine = built_in().with_own([Phrase("unsubscribe", Outcome.NOTHING, "own")])
    assert judge("the button unsubscribe is broken", mine).outcome is Outcome.NOTHING
    assert outcome("the button unsubscribe is broken") is Outcome.POSSIBLE


def test_the_words_that_no_exception_takes_away_are_a_stop() -> None:
    assert {judge(" ".join(words), built_in()).outcome for words in never_excepted()} <= {
        Outcome.ALL,
        Outcome.MARKETING,
    }
    assert ("stop",) in never_excepted()


PHRASES = st.sampled_from(
    [*EVERYTHING[1:9], "basta", "unsubscribe", "Abmelden", "cancella", "basta pubblicità", "退订"]
)
POLITE = st.sampled_from(
    ["grazie", "Per favore", "please", "thanks", "danke", "merci", "Buongiorno", "спасибо", "谢谢"]
)
NOISE = st.text(st.sampled_from(" \t\n.,!?;:…*'\"()🛑🙏😀❤️👍🏽\u200b\ufeff\u00ad\u202e"), max_size=12)


@given(phrase=PHRASES, before=st.lists(POLITE, max_size=2), after=st.lists(POLITE, max_size=2), noise=NOISE)
def test_politeness_and_punctuation_around_a_message_change_nothing(
    phrase: str, before: list[str], after: list[str], noise: str
) -> None:
    text = f" {noise} ".join([*before, phrase, *after])
    assert outcome(text) is outcome(phrase)


@given(text=st.sampled_from([*EVERYTHING[1:], *MARKETING, *POSSIBLE, *NOTHING]), noise=NOISE)
def test_case_decomposition_and_signs_at_the_ends_change_nothing(text: str, noise: str) -> None:
    for other in (unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text), f"{noise}{text}{noise}"):
        assert outcome(other) is outcome(text)
    if text.isascii():
        assert outcome(text.upper()) is outcome(text.lower()) is outcome(text)


@given(phrase=PHRASES, times=st.integers(1, 30))
def test_saying_it_several_times_is_saying_it(phrase: str, times: int) -> None:
    assert outcome(", ".join([phrase] * times)) is outcome(phrase)


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert outcome(text) in Outcome


@settings(max_examples=30, deadline=None)
@given(piece=st.sampled_from(["stop ", "S.T.", "a ", "non voglio ", "🛑", "(", "s_", "不要", "стOп ", "\u0301", "x"]))
def test_the_time_grows_with_the_length_alone(piece: str) -> None:
    def seconds(text: str) -> float:
        began = thread_time()
        outcome(text)
        return thread_time() - began

    built_in()
    short = min(seconds(piece * (4_000 // len(piece)) + " x") for _ in range(3))
    long = min(seconds(piece * (32_000 // len(piece)) + " x") for _ in range(3))
    assert long < 40 * short + 0.05, "eight times the length: squared would be 64 times the time"
