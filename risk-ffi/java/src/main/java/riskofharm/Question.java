package riskofharm;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;

/**
 * What is asked of a case: at which moment, from where, and for whom.
 *
 * <p>Begins with the audience, which has no default, and goes on with what else counts:
 * {@code Question.by(Audience.MANAGER).at("2018-04-18")}. It never changes: each method gives a new question. Words are
 * checked when it is asked, so that a word of a newer library passes.
 */
public final class Question {
    private static final int SIZE = 112;
    private static final int AT_TEXT = 24;
    private static final int KNOWN_AT_TEXT = 40;
    private static final int LENS = 56;
    private static final int AUDIENCE = 72;
    private static final int FEEDS = 88;
    private static final int CANCEL = 104;

    private final String audience;
    private final String at;
    private final String knownAt;
    private final String lens;
    private final List<String> feeds;
    private final Cancel cancel;

    private Question(String audience, String at, String knownAt, String lens, List<String> feeds, Cancel cancel) {
        this.audience = audience;
        this.at = at;
        this.knownAt = knownAt;
        this.lens = lens;
        this.feeds = feeds;
        this.cancel = cancel;
    }

    /**
     * A question for an audience, without a moment yet.
     *
     * @param audience who reads the answer
     * @return the question
     */
    public static Question by(Audience audience) {
        return by(audience.word());
    }

    /**
     * A question for an audience named by its word, without a moment yet.
     *
     * @param audience who reads the answer, such as {@code responsible_officer}
     * @return the question
     */
    public static Question by(String audience) {
        return new Question(Objects.requireNonNull(audience, "audience"), null, null, null, null, null);
    }

    /**
     * The moment asked about. It has to be given.
     *
     * @param moment the moment; what is finer than a microsecond is cut off
     * @return the question with it
     */
    public Question at(Instant moment) {
        return at(written(moment));
    }

    /**
     * The moment asked about, as text.
     *
     * @param moment RFC 3339 ({@code 2018-04-18T15:00:00Z}), a day for its end ({@code 2018-04-18}), or a London time
     *     ({@code 2018-02-06 15:00})
     * @return the question with it
     */
    public Question at(String moment) {
        return new Question(audience, Objects.requireNonNull(moment, "moment"), knownAt, lens, feeds, cancel);
    }

    /**
     * Only what was recorded by then counts. Left out: the moment asked about, and in hindsight the end of the log.
     *
     * @param moment the moment; what is finer than a microsecond is cut off
     * @return the question with it
     */
    public Question knownAt(Instant moment) {
        return knownAt(written(moment));
    }

    /**
     * The same as text.
     *
     * @param moment as in {@link #at(String)}
     * @return the question with it
     */
    public Question knownAt(String moment) {
        return new Question(audience, at, Objects.requireNonNull(moment, "moment"), lens, feeds, cancel);
    }

    /**
     * From where the case is looked at. Left out: {@link Lens#AS_KNOWN}.
     *
     * @param lens the lens
     * @return the question with it
     */
    public Question lens(Lens lens) {
        return lens(lens.word());
    }

    /**
     * The same by its word.
     *
     * @param lens such as {@code hindsight}
     * @return the question with it
     */
    public Question lens(String lens) {
        return new Question(audience, at, knownAt, Objects.requireNonNull(lens, "lens"), feeds, cancel);
    }

    /**
     * The kinds of event that the host can deliver at all; the answer names the rules that can never fire without the
     * others. Left out: all kinds. An empty list says that nothing comes, and then no rule that waits for an event can fire.
     *
     * @param kinds kinds of the catalogue, such as {@code police_call_out}
     * @return the question with it
     */
    public Question feeds(List<String> kinds) {
        return new Question(audience, at, knownAt, lens, List.copyOf(kinds), cancel);
    }

    /**
     * Ends a call that asks this early once it is requested. Left out: the call goes on to its end.
     *
     * @param request the request; it may serve many questions, and is closed when no call needs it any more
     * @return the question with it
     */
    public Question cancel(Cancel request) {
        return new Question(audience, at, knownAt, lens, feeds, Objects.requireNonNull(request, "request"));
    }

    /** The question as {@code risk_question}, for one call. */
    Block block() {
        List<String> kinds = feeds == null ? List.of() : feeds;
        Block block = new Block(SIZE, kinds.size() * Block.STR)
                .text(AT_TEXT, Text.utf8OrNone(at))
                .text(KNOWN_AT_TEXT, Text.utf8OrNone(knownAt))
                .text(LENS, Text.utf8OrNone(lens))
                .text(AUDIENCE, Text.utf8(audience));
        for (int i = 0; i < kinds.size(); i++) {
            block.text(SIZE + (long) i * Block.STR, Text.utf8(kinds.get(i)));
        }
        block.open();
        if (feeds != null) {
            block.table(FEEDS, SIZE, kinds.size());
        }
        return cancel == null ? block : block.lend(CANCEL, cancel);
    }

    private static String written(Instant moment) {
        return moment.truncatedTo(ChronoUnit.MICROS).toString();
    }
}
