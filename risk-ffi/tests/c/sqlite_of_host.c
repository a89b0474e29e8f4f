/* The SQLite of a host, as the library's linker sees it: functions of the same names, which are not the library's. */
const char *sqlite3_libversion(void);
int sqlite3_open_v2(const char *file, void **database, int flags, const char *vfs);

const char *sqlite3_libversion(void) { return "the host's"; }

int sqlite3_open_v2(const char *file, void **database, int flags, const char *vfs) {
    (void)file, (void)database, (void)flags, (void)vfs;
    return 77;
}
