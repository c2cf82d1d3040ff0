#include "reports/page.h"

struct flow page_flow(const struct document *document, enum report_page page) {
    struct flow flow = {.document = document, .width = 595.28, .height = 841.89, .section = ""};
    if (page == PAGE_LETTER) {
        flow.width = 612;
        flow.height = 792;
    }
    flow.left = 40;
    flow.right = flow.width - 40;
    flow.top = 46;
    flow.bottom = flow.height - 42;
    return flow;
}
