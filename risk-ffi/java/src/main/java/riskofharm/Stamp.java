package riskofharm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * What sealing a record needs from outside: when the log took it, and a salt that nobody can guess.
 *
 * <p>The engine has no clock and no randomness, so the host gives both. The salt keeps an erased payload from being found
 * by guessing; it is not shown by {@link #toString()}.
 */
public final class Stamp {
    private static final int SALT = 16;
    private static final int SIZE = Long.BYTES + SALT;

    private final long appendedAt;
    private final byte[] salt;

    /**
     * A stamp of a moment and a salt.
     *
     * @param appendedAt when the log took the record, to the microsecond; never before the record's {@code recorded_at},
     *     nor before the stamp of the record before it
     * @param salt 16 bytes, random and used once
     */
    public Stamp(Instant appendedAt, byte[] salt) {
        if (salt.length != SALT) {
            throw new IllegalArgumentException("a salt of " + salt.length + " bytes: expected " + SALT);
        }
        this.appendedAt = ChronoUnit.MICROS.between(Instant.EPOCH, appendedAt);
        this.salt = salt.clone();
    }

    /**
     * A stamp of now, with a salt from the system's secure source.
     *
     * @return the stamp
     */
    public static Stamp now() {
        byte[] salt = new byte[SALT];
        Random.SECURE.nextBytes(salt);
        return new Stamp(Instant.now(), salt);
    }

    /**
     * When the log took the record.
     *
     * @return the moment, to the microsecond
     */
    public Instant appendedAt() {
        return Instant.EPOCH.plus(appendedAt, ChronoUnit.MICROS);
    }

    @Override
    public String toString() {
        return "Stamp[" + appendedAt() + "]";
    }

    /** The stamps as {@code risk_stamp[]}. */
    static byte[] packed(List<Stamp> stamps) {
        ByteBuffer bytes = ByteBuffer.allocate(stamps.size() * SIZE).order(ByteOrder.nativeOrder());
        for (Stamp stamp : stamps) {
            bytes.putLong(stamp.appendedAt).put(stamp.salt);
        }
        return bytes.array();
    }

    /** How many stamps that are; none where there is no list, for a plain log. */
    static long count(byte[] packed) {
        return packed == null ? 0 : packed.length / SIZE;
    }

    /** Made when the first salt is. */
    private static final class Random {
        private static final SecureRandom SECURE = new SecureRandom();
    }
}
