package riskofharm;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/**
 * One C struct with the texts and lists that it points to, in one piece of native memory, for the length of a call.
 *
 * <p>First the texts are told, with the places that point to them; {@link #open()} lays it all out, {@link #table} points
 * to lists, and {@link #close()} gives the memory back. Offsets are those of a 64-bit system: {@code risk_str} is an
 * address and a length, 16 bytes. Every struct here begins with its own size.
 */
final class Block implements AutoCloseable {
    /** The bytes of a {@code risk_str}. */
    static final int STR = 16;

    private final List<Part> parts = new ArrayList<>();
    private final int structSize;
    private final byte[] zeros;
    private long size;
    private Pointer memory;
    private Handle lent;

    /** Bytes to be copied behind the struct, and where their address belongs. */
    private record Part(long addressAt, long start, byte[] bytes) {}

    /** A struct of so many bytes, and room for lists of so many bytes behind it, all zero. */
    Block(int structSize, int tables) {
        this.structSize = structSize;
        zeros = new byte[structSize + tables];
        size = zeros.length;
    }

    /** Writes an address and a length at {@code offset}; an empty text stays {@code NULL, 0}. */
    Block text(long offset, byte[] bytes) {
        if (bytes.length > 0) {
            parts.add(new Part(offset, size, bytes));
            size += bytes.length;
        }
        return this;
    }

    /** Lays it out in native memory. */
    Block open() {
        memory = new Pointer(allocated(size));
        memory.write(0, zeros, 0, zeros.length);
        memory.setInt(0, structSize);
        for (Part part : parts) {
            memory.write(part.start, part.bytes, 0, part.bytes.length);
            memory.setPointer(part.addressAt, memory.share(part.start));
            memory.setLong(part.addressAt + Long.BYTES, part.bytes.length);
        }
        return this;
    }

    /** Points at {@code offset} to a list that stands at {@code start} in this block; an empty list is not {@code NULL}. */
    Block table(long offset, long start, long entries) {
        memory.setPointer(offset, memory.share(start));
        memory.setLong(offset + Long.BYTES, entries);
        return this;
    }

    /** Points at {@code offset} to a handle, which is not freed before this block is closed. */
    Block lend(long offset, Handle handle) {
        try {
            memory.setLong(offset, handle.enter());
        } catch (IllegalStateException closed) {
            close();
            throw closed;
        }
        lent = handle;
        return this;
    }

    /** Where the struct is. */
    Pointer address() {
        return memory;
    }

    @Override
    public void close() {
        if (lent != null) {
            lent.leave();
        }
        Native.free(Pointer.nativeValue(memory));
    }

    private static long allocated(long bytes) {
        long address = Native.malloc(bytes);
        if (address == 0) {
            throw new OutOfMemoryError("risk of harm: no native memory for " + bytes + " bytes");
        }
        return address;
    }
}
