package riskofharm;

import java.util.Optional;

/**
 * The library refused, and nothing was changed.
 *
 * <p>The message is one sentence in the user's words: where, what was found, what was expected. It never holds payload or
 * notes. {@link #json()} has the same in parts, for programs.
 */
public final class RiskException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The number of the status. */
    private final int code;
    /** The error in parts. */
    private final String json;

    RiskException(RiskStatus status, String message) {
        this(status.code(), message, "{\"code\":" + status.code() + ",\"name\":\"RISK_" + status + "\"}");
    }

    private RiskException(int code, String message, String json) {
        super(message);
        this.code = code;
        this.json = json;
    }

    /**
     * The error of a call, where {@code message} and {@code json} tell of a call with that status; otherwise the status
     * alone, because another error's words would mislead.
     */
    static RiskException of(int code, String message, String json) {
        if (json.startsWith("{\"code\":" + code + ",")) {
            return new RiskException(code, message, json);
        }
        String name = Text.lent(RiskLibrary.risk_status_name(code));
        return new RiskException(code, "the library refused: " + name, "{\"code\":" + code + ",\"name\":\"" + name + "\"}");
    }

    /** The error of a call that made no handle, from the thread that made the call, directly after it. */
    static RiskException ofThisThread(int code) {
        String message = Text.lent(RiskLibrary.risk_last_error_message());
        return of(code, message, Text.lent(RiskLibrary.risk_last_error_json()));
    }

    /**
     * What went wrong.
     *
     * @return the status, {@link RiskStatus#UNRECOGNISED} where the library is newer than these classes
     */
    public RiskStatus status() {
        return RiskStatus.of(code);
    }

    /**
     * The number of the status, also one that these classes do not know.
     *
     * @return the number in {@code risk.h}
     */
    public int code() {
        return code;
    }

    /**
     * The error as JSON: {@code code}, {@code name}, {@code message}, and where they are known {@code file}, {@code line},
     * {@code column}, {@code event_id}, {@code position}, {@code field}, {@code expected}, {@code found}; for a policy
     * {@code errors}, a list of {@code file}, {@code line}, {@code column}, {@code message}.
     *
     * @return one JSON object
     */
    public String json() {
        return json;
    }

    /**
     * One member of {@link #json()}, as text.
     *
     * @param name the member, such as {@code field}, {@code line} or {@code expected}
     * @return its text or number, or nothing where the error does not have it
     */
    public Optional<String> detail(String name) {
        Object member = Json.members(Json.read(json)).get(name);
        return member instanceof String || member instanceof Number ? Optional.of(member.toString()) : Optional.empty();
    }
}
