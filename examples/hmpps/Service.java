import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import riskofharm.Assessment;
import riskofharm.Detail;
import riskofharm.Hmpps;
import riskofharm.Imported;
import riskofharm.MessageOutcome;
import riskofharm.Policy;
import riskofharm.Question;
import riskofharm.Reader;
import riskofharm.RiskException;
import riskofharm.Store;
import riskofharm.Then;

/**
 * What a service of the estate does with its queue: takes each message, imports it into a store, acknowledges it where all
 * that it tells is on record, and prints what must now be done.
 *
 * <p>The queue is a folder here, and a message is a file in it, as a queue would deliver it. Everybody is invented.
 */
public final class Service {
    /** Who works, for the journal of the store. */
    private static final String FEED = "hmpps-feed";

    private final Path queue;
    private final Store store;
    private final Hmpps hmpps;
    /** The cases with something new. */
    private final Set<UUID> touched = new TreeSet<>();
    /** What has to be fetched before a message tells anything. */
    private final Map<String, String> toFetch = new LinkedHashMap<>();
    /** Why a message stays on the queue, for now. */
    private final Map<String, String> left = new LinkedHashMap<>();

    private Service(Path queue, Store store, Hmpps hmpps) {
        this.queue = queue;
        this.store = store;
        this.hmpps = hmpps;
    }

    /**
     * Works until nothing can be taken off the queue any more.
     *
     * @param arguments the folder of messages, the store, the file with the secret, who reads, for which audience, and
     *     perhaps at which moment
     * @throws IOException if a message cannot be read or moved
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 5) {
            System.err.println("usage: Service QUEUE STORE SECRET READER AUDIENCE [MOMENT]");
            System.exit(2);
        }
        byte[] secret = Files.readAllBytes(Path.of(arguments[2]));
        String moment = arguments.length > 5 ? arguments[5] : Instant.now().toString();
        Question question = Question.by(arguments[4]).at(moment);
        try (Policy policy = Policy.embedded();
                Store store = Store.create(arguments[1]);
                Hmpps hmpps = Hmpps.of("{\"detail_hosts\":[\"oasys.example.com\"]}", secret)) {
            Service service = new Service(Path.of(arguments[0]), store, hmpps);
            service.work();
            service.show(policy, new Reader(arguments[3], "supervision"), question);
        }
    }

    private void work() throws IOException {
        heading("What became of each message");
        // HERE AN SQS LISTENER GOES. It calls take() with the body of each message, and does what that says: it deletes the
        // message, leaves it to come again, or puts it on the dead-letter queue. Order and repetition do no harm: a message may
        // come twice, late, or before what it speaks of.
        for (Path message : messages()) {
            String name = message.getFileName().toString();
            switch (take(name, Files.readAllBytes(message))) {
                case DELETE -> put(name, "done");
                case RETRY -> { }
                case PARK -> put(name, "dead-letter");
            }
        }
        list("What has to be fetched, and given with its message", toFetch);
        list("What stays on the queue", left);
    }

    /** Imports one message; gives what to do with it. When it may be deleted, all of it is kept for good. */
    private Then take(String name, byte[] message) {
        Imported imported;
        try {
            imported = hmpps.importInto(store, FEED, message);
        } catch (RiskException refusal) {
            // Nothing of it was kept, and it comes again.
            left.put(name, refusal.status() + ": " + refusal.getMessage());
            return Then.RETRY;
        }
        touched.addAll(imported.cases());
        System.out.println(name + ": " + imported.messages().stream().map(Service::told).collect(Collectors.joining("; ")));
        for (MessageOutcome one : imported.waited()) {
            System.out.println("  and what the store had kept, " + one.messageId().orElse("?") + ": " + told(one));
        }
        List<String> addresses = imported.messages().stream().flatMap(one -> address(one).stream()).toList();
        if (!addresses.isEmpty()) {
            toFetch.put(name, String.join(" ", addresses));
        }
        // A file may hold several messages: a person looks at all if one is for a person, and all come again if one has to.
        return imported.messages().stream().map(MessageOutcome::then).max(Comparator.naturalOrder()).orElse(Then.DELETE);
    }

    /** Where it is to be had. Whoever sends a message names the address: credentials are for the hosts of the list alone. */
    private static Optional<String> address(MessageOutcome one) {
        return one.detailUrl().map(url -> one.detailUrlListed() ? url : url + " (its host is not listed: no credentials)");
    }

    private static String told(MessageOutcome one) {
        return one.outcome() + " (" + one.reason() + ")" + (one.told().isEmpty() ? "" : ": " + one.told());
    }

    /** What must now be done in each case with something new. */
    private void show(Policy policy, Reader reader, Question question) {
        for (UUID caseId : touched) {
            heading("What must now be done");
            try (Assessment answer = store.assess(policy, reader, caseId, question)) {
                System.out.print(answer.text(policy, Detail.AGENDA));
            } catch (RiskException refusal) {
                System.out.println("No page: " + refusal.status() + ": " + refusal.getMessage());
            }
        }
    }

    private List<Path> messages() throws IOException {
        try (Stream<Path> files = Files.list(queue)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private void put(String name, String folder) throws IOException {
        Files.createDirectories(queue.resolve(folder));
        Files.move(queue.resolve(name), queue.resolve(folder).resolve(name));
    }

    private static void list(String title, Map<String, String> entries) {
        heading(title);
        entries.forEach((name, what) -> System.out.println(name + ": " + what));
    }

    private static void heading(String text) {
        System.out.println("\n== " + text + "\n");
    }
}
