package riskofharm;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;

/**
 * Where a {@link Store} is, and how it is opened: a file or a PostgreSQL database.
 *
 * <p>It never changes: each method gives a new one. {@code StorePlace.at("cases.risk").patience(Duration.ofSeconds(2))}.
 */
public final class StorePlace {
    private static final int SIZE = 48;
    private static final int MAKE = 4;
    private static final int PLACE = 8;
    private static final int PATIENCE = 24;
    private static final int KEY = 32;
    private static final int KEY_BYTES = 32;

    private final String place;
    private final long patience;
    private final CaseKeys keys;

    private StorePlace(String place, long patience, CaseKeys keys) {
        this.place = place;
        this.patience = patience;
        this.keys = keys;
    }

    /**
     * A file, or a database.
     *
     * <p>The connection to a database is encrypted and its server's certificate checked, unless the URL says otherwise by
     * {@code sslmode}; docs/store.md has all parameters.
     *
     * @param place the file, or {@code postgres://USER@HOST/DATABASE?sslrootcert=PATH}; no error tells the password of a URL
     * @return the place
     */
    public static StorePlace at(String place) {
        return new StorePlace(Objects.requireNonNull(place, "place"), 0, null);
    }

    /**
     * How long a call waits for another writer, and goes on trying where the connection breaks. Left out: ten seconds.
     *
     * @param patience a duration, counted in milliseconds; what is shorter than one counts as one
     * @return the place with it
     */
    public StorePlace patience(Duration patience) {
        if (patience.isNegative()) {
            throw new IllegalArgumentException("a patience of " + patience + ": expected zero or more");
        }
        return new StorePlace(place, Math.max(1, patience.toMillis()), keys);
    }

    /**
     * Encrypts the payloads of each case with its key. Left out: payloads are kept as they are.
     *
     * @param keys gives the key of each case; kept until the store is closed
     * @return the place with it
     */
    public StorePlace keys(CaseKeys keys) {
        return new StorePlace(place, patience, Objects.requireNonNull(keys, "keys"));
    }

    /** {@code risk_store_key}: writes the key and gives 1, or gives 0. */
    interface KeyFunction extends Callback {
        /** The method that C calls. */
        int write(Pointer context, Pointer caseId, Pointer key);
    }

    /** The keys as C asks for them, or {@code null}. C may call it as long as somebody here holds it. */
    KeyFunction keyFunction() {
        return keys == null ? null : (context, caseId, key) -> written(caseId, key);
    }

    private int written(Pointer caseId, Pointer key) {
        byte[] given = keys.of(UUID.fromString(caseId.getString(0, StandardCharsets.US_ASCII.name())));
        if (given == null) {
            return 0;
        }
        if (given.length != KEY_BYTES) {
            throw new IllegalArgumentException("a key of " + given.length + " bytes: expected " + KEY_BYTES);
        }
        key.write(0, given, 0, KEY_BYTES);
        return 1;
    }

    /** The place as {@code risk_store_options}, for one call. */
    Block block(boolean make, KeyFunction function) {
        Block block = new Block(SIZE, 0).text(PLACE, Text.utf8(place)).open();
        block.address().setInt(MAKE, make ? 1 : 0);
        block.address().setLong(PATIENCE, patience);
        block.address().setPointer(KEY, function == null ? null : CallbackReference.getFunctionPointer(function));
        return block;
    }
}
