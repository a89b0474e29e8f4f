package riskofharm;

import java.util.Locale;

/** What the HMPPS estate delivers. */
public enum Delivery {
    /** Domain events: one, an array of them, or one on each line; bare, or as SNS and SQS wrap them. */
    MESSAGES,
    /** A table of contacts in CSV, with the columns {@code crn}, {@code type}, {@code date}, {@code outcome}, {@code created}. */
    CONTACTS,
    /** A table of registrations in CSV, with the columns {@code crn}, {@code type}, {@code registered}, {@code created}. */
    REGISTRATIONS;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
