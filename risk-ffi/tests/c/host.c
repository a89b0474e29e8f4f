/* A host that links the static library and an SQLite of its own: each uses its own. */
#include "places.h"

const char *sqlite3_libversion(void);
int sqlite3_open_v2(const char *file, void **database, int flags, const char *vfs);

static void the_host_keeps_its_own_sqlite(void) {
    CHECK(strcmp(sqlite3_libversion(), "the host's") == 0);
    CHECK(sqlite3_open_v2("nowhere", NULL, 0, NULL) == 77);
}

static void the_library_keeps_its_own_sqlite(void) {
    risk_store *store = NULL;
    risk_case *held = NULL;
    make_folder();
    store = store_of("beside");
    STATUS(RISK_OK, risk_store_append(store, BY, OF(STARTED), NULL, NULL));
    STATUS(RISK_OK, risk_store_case(store, BY, OF(CASE_ID), &held));
    CHECK(length_of(held) == 1);
    risk_case_free(held);
    risk_store_free(store);
    remove_folder();
}

int main(void) {
    RUN(the_host_keeps_its_own_sqlite);
    RUN(the_library_keeps_its_own_sqlite);
    return verdict("host");
}
