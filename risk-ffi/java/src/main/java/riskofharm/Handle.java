package riskofharm;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Something that the library holds for us: freed once, never while a call is in it.
 *
 * <p>Each call is counted in and out. {@link #close()} marks the handle, and whoever is last frees it: the closer, or the
 * last call still running. So nobody waits, no two handles can wait for each other, and a call that comes too late gets an
 * {@link IllegalStateException}. A handle that was forgotten is freed after the garbage collector has found it.
 *
 * <p>Calls that only read run at once; one that changes runs alone. So does one that failed: it is asked again alone, and
 * the error read from the handle is then its own, whatever other threads do, and on whatever carrier a virtual thread goes
 * on.
 */
abstract class Handle implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Held held;
    private final Cleaner.Cleanable cleanable;
    private final ReadWriteLock turns = new ReentrantReadWriteLock();

    /** A call with the handle as its first argument, and the status that it gave. */
    interface Call {
        int on(long handle);
    }

    /** A call that writes a text. */
    interface TextCall {
        int on(long handle, long[] buf);
    }

    Handle(long handle, LongConsumer free) {
        held = new Held(handle, free);
        cleanable = CLEANER.register(this, held);
    }

    /** How the message of the last error is read from this kind of handle. */
    abstract int lastMessage(long handle, long[] buf);

    /** How the JSON of the last error is read from this kind of handle. */
    abstract int lastJson(long handle, long[] buf);

    /** Runs a call that only reads, beside others that do. */
    final void reading(Call call) {
        using(handle -> {
            int status = inTurn(turns.readLock(), () -> call.on(handle));
            return status == RiskLibrary.OK ? status : again(status, handle, call);
        });
    }

    /** Runs a call that changes something: alone. */
    final void changing(Call call) {
        using(handle -> alone(handle, () -> call.on(handle)));
    }

    /** Runs a call that only reads, and takes the text that it wrote. */
    final String taken(TextCall call) {
        long[] buf = new long[3];
        reading(handle -> call.on(handle, buf));
        return Text.taken(buf);
    }

    /** Lends the handle as an argument to a call on another one; it is not freed meanwhile. */
    final int using(Call call) {
        long handle = enter();
        try {
            return call.on(handle);
        } finally {
            leave();
        }
    }

    /** Lends the handle until {@link #leave()}; it is not freed meanwhile. */
    final long enter() {
        return held.enter();
    }

    /** Takes back what {@link #enter()} lent. */
    final void leave() {
        held.leave();
    }

    /**
     * Gives back what the library holds. A call that is still running on another thread ends first; one that begins later
     * throws {@link IllegalStateException}. Closing twice does nothing.
     */
    @Override
    public void close() {
        cleanable.clean();
    }

    private int again(int status, long handle, Call call) {
        // What panicked would answer only that it is poisoned.
        return alone(handle, status == RiskStatus.PANIC.code() ? () -> status : () -> call.on(handle));
    }

    private int alone(long handle, IntSupplier call) {
        return inTurn(turns.writeLock(), () -> {
            int status = call.getAsInt();
            if (status != RiskLibrary.OK) {
                throw lastError(status, handle);
            }
            return status;
        });
    }

    private RiskException lastError(int status, long handle) {
        long[] message = new long[3];
        long[] json = new long[3];
        String told = lastMessage(handle, message) == RiskLibrary.OK ? Text.taken(message) : "";
        String details = lastJson(handle, json) == RiskLibrary.OK ? Text.taken(json) : "";
        return RiskException.of(status, told, details);
    }

    private static <T> T inTurn(Lock lock, Supplier<T> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    /** The address, how many calls are in it, and whether it is closed; knows nothing of the object that stands for it. */
    private static final class Held implements Runnable {
        private static final long CLOSED = Long.MIN_VALUE;

        private final long handle;
        private final LongConsumer free;
        /** The number of calls, and the sign bit once it is closed. */
        private final AtomicLong calls = new AtomicLong();

        Held(long handle, LongConsumer free) {
            this.handle = handle;
            this.free = free;
        }

        long enter() {
            calls.updateAndGet(now -> {
                if (now < 0) {
                    throw new IllegalStateException("closed");
                }
                return now + 1;
            });
            return handle;
        }

        void leave() {
            if (calls.decrementAndGet() == CLOSED) {
                free.accept(handle);
            }
        }

        /** Closes; run at most once, by {@link Handle#close()} or by the cleaner. */
        @Override
        public void run() {
            if (calls.getAndUpdate(now -> now | CLOSED) == 0) {
                free.accept(handle);
            }
        }
    }
}
