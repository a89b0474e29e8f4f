package riskofharm;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
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
     * editors, desktops and Kubernetes make such for themselves; a link that leads nowhere is refused.
     *
     * @param folder the folder; folders in it are not looked into
     * @return the source
     * @throws IOException if the folder or one of its files cannot be read as UTF-8
     */
    public static PolicySource folder(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, PolicySource::isOfAPolicy)) {
            for (Path file : entries) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files(files);
    }

    private static boolean isOfAPolicy(Path file) {
        String name = file.getFileName().toString();
        boolean isNamedSo = !name.startsWith(".") && name.toLowerCase(Locale.ROOT).endsWith(".toml");
        return isNamedSo && !Files.isDirectory(file);
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
