package riskofharm;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a policy is loaded from: the files of a pack, local files over it, and a locality.
 *
 * <p>It never changes: each method gives a new source. {@code PolicySource.folder(Path.of("policies/england-wales"))
 * .overlay("northshire.toml", text).locality("northshire")}.
 */
public final class PolicySource {
    private static final int SIZE = 56;
    private static final int FILES = 8;
    private static final int OVERLAYS = 24;
    private static final int LOCALITY = 40;
    private static final int ENTRY = 2 * Block.STR;
    private static final List<String> COPIES = List.of("~", ".bak", ".orig", ".old", ".rej", ".swp", ".swo", ".tmp");

    private final Map<String, String> files;
    private final Map<String, String> overlays;
    private final String locality;

    private PolicySource(Map<String, String> files, Map<String, String> overlays, String locality) {
        this.files = files;
        this.overlays = overlays;
        this.locality = locality;
    }

    /**
     * The pack {@code england-wales} that the library carries.
     *
     * @return the source
     */
    public static PolicySource embedded() {
        return new PolicySource(null, Map.of(), null);
    }

    /**
     * A pack whose files the host holds.
     *
     * @param files the TOML of each file by its name, which messages give
     * @return the source
     */
    public static PolicySource files(Map<String, String> files) {
        return new PolicySource(Collections.unmodifiableMap(new TreeMap<>(files)), Map.of(), null);
    }

    /**
     * A pack in a folder: its files whose names end in {@code .toml}, read now. Names that begin with a dot are passed over, as
     * editors, desktops and Kubernetes make such for themselves, and so are copies that editors make. A link that leads nowhere is
     * refused, and so is any other entry whose name holds {@code .toml}, such as a folder or {@code orders.toml.txt}: it looks
     * like a part of the policy, and would not be read.
     *
     * @param folder the folder; folders in it are not looked into
     * @return the source
     * @throws IOException if the folder or one of its files cannot be read as UTF-8, or an entry looks like a part and is none
     */
    public static PolicySource folder(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, PolicySource::isLikeAPart)) {
            for (Path file : entries) {
                String name = file.getFileName().toString();
                if (Files.isDirectory(file) || !name.toLowerCase(Locale.ROOT).endsWith(".toml")) {
                    throw new IOException(folder + ": expected the .toml files of a policy alone, found what looks like a part of"
                            + " it and is not read: " + name);
                }
                files.put(name, Files.readString(file));
            }
        }
        return files(files);
    }

    /** Whether a name is that of a part of a policy, but for hidden files and the copies that editors make. */
    private static boolean isLikeAPart(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        boolean isCopy = COPIES.stream().anyMatch(name::endsWith) || (name.startsWith("#") && name.endsWith("#"));
        return name.contains(".toml") && !name.startsWith(".") && !isCopy;
    }

    /**
     * A local file over the pack: it may set parameters and add rules.
     *
     * @param name its name, which messages give
     * @param text its TOML
     * @return the source with it
     */
    public PolicySource overlay(String name, String text) {
        Map<String, String> more = new TreeMap<>(overlays);
        more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(text, "text"));
        return new PolicySource(files, Collections.unmodifiableMap(more), locality);
    }

    /**
     * Whose parameters and rules count. Left out: only what counts everywhere.
     *
     * @param locality a locality that the pack or an overlay names
     * @return the source with it
     */
    public PolicySource locality(String locality) {
        return new PolicySource(files, overlays, Objects.requireNonNull(locality, "locality"));
    }

    /** The source as {@code risk_policy_options}, for one call. */
    Block block() {
        Map<String, String> pack = files == null ? Map.of() : files;
        int overlaysAt = SIZE + pack.size() * ENTRY;
        Block block = new Block(SIZE, (pack.size() + overlays.size()) * ENTRY)
                .text(LOCALITY, Text.utf8OrNone(locality));
        entries(block, SIZE, pack);
        entries(block, overlaysAt, overlays);
        block.open().table(OVERLAYS, overlaysAt, overlays.size());
        return files == null ? block : block.table(FILES, SIZE, pack.size());
    }

    private static void entries(Block block, long at, Map<String, String> files) {
        for (Map.Entry<String, String> file : files.entrySet()) {
            block.text(at, Text.utf8(file.getKey())).text(at + Block.STR, Text.utf8(file.getValue()));
            at += ENTRY;
        }
    }
}
