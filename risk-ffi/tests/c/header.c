/* Compiles as C99, C11 and C++17 with every warning an error, with the header included twice and first. */
#include "risk.h"
#include "risk.h"

int main(void) {
    static const risk_str word = {"as_known", 8};
    const risk_buf empty = {0, 0, 0};
    return word.len == 8 && empty.len == 0 && risk_version_number() == RISK_VERSION_NUMBER ? 0 : 1;
}
