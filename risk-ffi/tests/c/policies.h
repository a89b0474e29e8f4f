/* A small policy, valid and not. */
#ifndef POLICIES_H
#define POLICIES_H

#include "harness.h"

/* One rule; only the officer has a view, and no audience sees why. */
#define SMALL                                                                                                          \
    "[policy]\nid = \"small\"\nversion = \"1.0.0\"\ntitle = \"Small\"\nreviewed_through = 2018-06-30\n\n"              \
    "[[document]]\nid = \"manual\"\ntitle = \"An invented manual\"\npublisher = \"Nobody\"\ndate = 2014-06-01\n"       \
    "locator = \"section\"\n\n"                                                                                        \
    "[[audience]]\nid = \"responsible_officer\"\nmarks = [\"ordinary\"]\nkinds = [\"supervision_started\"]\n"          \
    "actions = []\ngroups = [\"children\"]\nflags = []\nfields = [\"classification\"]\n"

/* The same with a line that no policy has. */
#define FAULTY SMALL "\n[[rool]]\nid = \"mistyped\"\n"

static inline risk_policy_options options_of(const risk_file *file) {
    risk_policy_options given;
    memset(&given, 0, sizeof given);
    given.size = (uint32_t)sizeof given;
    given.files = file;
    given.files_len = file == NULL ? 0 : 1;
    return given;
}

static inline risk_file file_of(const char *text) {
    risk_file given;
    given.name = str("small.toml");
    given.text = str(text);
    return given;
}

static inline risk_policy *policy_of(const char *text) {
    risk_file file = file_of(text);
    risk_policy_options given = options_of(&file);
    risk_policy *loaded = NULL;
    STATUS(RISK_OK, risk_policy_load(&given, &loaded));
    return loaded;
}

#endif
