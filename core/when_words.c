#include "core/when_words.h"

#include <string.h>

// Months: a word belongs to the month if it is one of the row's words or a longer
// form of one of its stems. Stems are unique among months in all the languages.
static const struct {
    const char *words;  // separated by blanks; exactly these
    const char *stems;  // separated by blanks; the word may go on
} months[12] = {
    {"jan ene gen sty янв jän", "janu janv jane jänn enero genn stycz январ"},
    {"feb fév fev lut фев", "febr févr fevr fever lute феврал"},
    {"mar mär mrz mrt maa мар", "march mars marz märz maart março marca marzec marzo март"},
    {"apr abr avr kwi апр", "april abril avril kwie апрел"},
    {"may mai mei mag maj май мая", "mayo maio magg maja"},
    {"jun giu cze июн", "june juni junho junio juin giug czerw июня июнь"},
    {"jul lug lip июл", "july juli julho julio juil lugl lipca lipiec июля июль"},
    {"aug ago aoû aou sie авг", "augu agos août aout sierp август"},
    {"sep set wrz сен", "sept sete sett wrze сент"},
    {"oct okt out ott paź paz окт", "octo octu okto outu otto paźdz октяб"},
    {"nov lis ноя", "nove novi listop нояб"},
    {"dec dez dic déc gru дек", "dece deze dici dice déce grud декаб"},
};

static const char weekday_words[] =
    "mo di mi do fr sa so ma wo vr za zo пн вт ср чт пт сб вс Пн Вт Ср Чт Пт Сб Вс "
    "lun mar mer jeu ven sam dim mié mie jue vie sáb sab dom seg ter qua qui sex gio "
    "pon wto śro sro czw pią pia sob nie mon tue wed thu fri sat sun tues thur thurs "
    "日 一 二 三 四 五 六 月 火 水 木 金 土 일 월 화 수 목 금 토";

static const char weekday_stems[] =
    "monday tuesday wednesday thursday friday saturday sunday "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag "
    "lundi mardi mercredi jeudi vendredi samedi dimanche "
    "lunes martes miércoles jueves viernes sábado domingo "
    "segunda terça quarta quinta sexta "
    "poniedział wtorek środa czwartek piątek sobota niedziel "
    "luned marted mercoled gioved venerd sabato domenica "
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
    "понед вторн сред четв пятн субб воскр";

static const char zones[] =
    "UTC GMT WET WEST CET CEST EET EEST MSK MSD BST IST JST KST CST CDT EST EDT MST MDT PST PDT AKST AKDT HST HKT SGT "
    "AEST AEDT ACST ACDT AWST NZST NZDT SAST WAT CAT EAT PKT NPT ICT WIB WITA WIT PHT PST8 BRT BRST ART CLT CLST COT "
    "PET AST ADT NST NDT TRT IDT GST UZT YEKT OMST NOVT KRAT IRKT VLAT SST ChST";

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool starts_nocase(struct text text, struct text prefix) {
    if (prefix.length > text.length) return false;
    for (size_t i = 0; i < prefix.length; i++)
        if (lower(text.at[i]) != lower(prefix.at[i])) return false;
    return true;
}

// Length of the item at the start of a list.
static size_t item_length(const char *list) {
    size_t length = 0;
    while (list[length] != '\0' && list[length] != ' ') length++;
    return length;
}

// Lines without any stamp come here, too, and by the million: an item costs little more than its first letter.
static bool in_list(struct text word, const char *list, bool longer) {
    char first = lower(word.at[0]);
    while (*list != '\0') {
        size_t length = item_length(list);
        if (lower(*list) == first && starts_nocase(word, (struct text){list, length}) &&
            (longer || word.length == length))
            return true;
        list += length;
        if (*list == ' ') list++;
    }
    return false;
}

// No name of a month or a day is longer in bytes, in any script.
enum { WORD_MOST = 32 };

int when_month_word(struct text word) {
    if (word.length < 3 || word.length > WORD_MOST) return 0;
    for (int i = 0; i < 12; i++)
        if (in_list(word, months[i].words, false) || in_list(word, months[i].stems, true)) return i + 1;
    return 0;
}

bool when_weekday_word(struct text word) {
    if (word.length < 2 || word.length > WORD_MOST) return false;
    return in_list(word, weekday_words, false) || in_list(word, weekday_stems, true);
}

int when_half_day(struct text text, size_t *used) {
    static const struct {
        const char *word;
        int half;
    } words[] = {
        {"am", 1},   {"pm", 2},   {"a.m.", 1}, {"p.m.", 2}, {"a. m.", 1}, {"p. m.", 2},
        {"上午", 1}, {"下午", 2}, {"午前", 1}, {"午後", 2}, {"오전", 1},  {"오후", 2},
    };
    char first = text.length == 0 ? '\0' : lower(text.at[0]);
    if (first != 'a' && first != 'p' && (first & 0x80) == 0) return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct text word = text_of(words[i].word);
        if (!starts_nocase(text, word)) continue;
        *used = word.length;
        return words[i].half;
    }
    return 0;
}

bool when_zone_word(struct text word) {
    for (const char *at = zones; *at != '\0';) {
        size_t length = item_length(at);
        if (length == word.length && memcmp(at, word.at, length) == 0) return true;
        at += length;
        if (*at == ' ') at++;
    }
    return false;
}
