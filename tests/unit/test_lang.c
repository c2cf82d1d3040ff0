// The language that an environment asks for; sentences stay themselves where there is no catalogue.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/lang.h"

static void the_locale_chooses(void **state) {
    (void)state;
    assert_string_equal(lang_of_environment(NULL, "zh_CN.UTF-8"), "zh_CN");
    assert_string_equal(lang_of_environment(NULL, "zh_CN"), "zh_CN");
    assert_string_equal(lang_of_environment("", "zh_SG.utf8@x"), "zh_CN");
    assert_string_equal(lang_of_environment(NULL, "zh_Hans_CN.UTF-8"), "zh_CN");
    assert_string_equal(lang_of_environment(NULL, "en_US.UTF-8"), "en");
    assert_string_equal(lang_of_environment(NULL, "de_DE.UTF-8"), "en");
    assert_string_equal(lang_of_environment(NULL, NULL), "en");
}

static void traditional_chinese_is_another_language(void **state) {
    (void)state;
    assert_string_equal(lang_of_environment(NULL, "zh_TW.UTF-8"), "en");
    assert_string_equal(lang_of_environment("zh_HK:zh_TW", "zh_HK.UTF-8"), "en");
}

static void language_comes_before_the_locale(void **state) {
    (void)state;
    assert_string_equal(lang_of_environment("zh_CN:en", "en_US.UTF-8"), "zh_CN");
    assert_string_equal(lang_of_environment("de:zh_CN", "en_US.UTF-8"), "zh_CN");
    assert_string_equal(lang_of_environment("en:zh_CN", "zh_CN.UTF-8"), "en");
    assert_string_equal(lang_of_environment("::de", "zh_CN.UTF-8"), "zh_CN");
    assert_string_equal(lang_of_environment("zh_CN", "C.UTF-8"), "zh_CN");
}

static void the_plain_locale_is_english(void **state) {
    (void)state;
    assert_string_equal(lang_of_environment("zh_CN", "C"), "en");
    assert_string_equal(lang_of_environment("zh_CN", "POSIX"), "en");
    assert_string_equal(lang_of_environment("zh_CN", NULL), "en");
}

static void without_a_catalogue_sentences_stay(void **state) {
    (void)state;
    assert_string_equal(tr(""), "");
    assert_string_equal(tr("What was slow"), "What was slow");
    assert_false(lang_is_translated());
    assert_string_equal(lang_error(ENOENT), "No such file or directory");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_locale_chooses),
        cmocka_unit_test(traditional_chinese_is_another_language),
        cmocka_unit_test(language_comes_before_the_locale),
        cmocka_unit_test(the_plain_locale_is_english),
        cmocka_unit_test(without_a_catalogue_sentences_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
