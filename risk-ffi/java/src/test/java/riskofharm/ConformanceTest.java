package riskofharm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The conformance cases: the same bytes come out of Java as of everything else. */
final class ConformanceTest {
    private ConformanceTest() {}

    static void add(Tests tests) {
        tests.add("every conformance case is answered with the same bytes", () -> all(tests));
    }

    private static void all(Tests tests) throws Exception {
        Map<String, Policy> policies = new HashMap<>();
        List<String> different = new ArrayList<>();
        int asked = 0;
        for (List<Frames.Field> fields : Frames.read(tests.frames)) {
            Case one = new Case(fields);
            String found = one.answer(policies);
            asked++;
            if (!found.equals(one.expected)) {
                different.add(one.title + "\n   expected " + around(one.expected, found) + "\n   found    "
                        + around(found, one.expected));
            }
        }
        policies.values().forEach(Policy::close);
        Check.that(asked > 0, "there are conformance cases");
        Check.equal(List.of(), different, "cases with another answer, of " + asked);
        System.out.println("   " + asked + " cases under " + policies.size() + " policies");
    }

    /** Where two texts part. */
    private static String around(String text, String other) {
        int at = 0;
        while (at < Math.min(text.length(), other.length()) && text.charAt(at) == other.charAt(at)) {
            at++;
        }
        return "…" + text.substring(Math.max(0, at - 60), Math.min(text.length(), at + 60)) + "…";
    }

    /** One question with its answer. */
    private static final class Case {
        /** Stands for any refusal: its words are the engine's own. */
        private static final String REFUSED = "refused";

        private final StringBuilder policyKey = new StringBuilder();
        private final Map<String, String> files = new HashMap<>();
        private final Map<String, String> overlays = new HashMap<>();
        private final List<String> feeds = new ArrayList<>();
        private final Map<String, String> words = new HashMap<>();
        final String title;
        final String expected;

        Case(List<Frames.Field> fields) {
            for (Frames.Field field : fields) {
                take(field.name(), field.text());
            }
            title = words.get("title");
            expected = words.getOrDefault("answer", REFUSED);
        }

        private void take(String name, String text) {
            if (name.startsWith("policy.")) {
                files.put(name.substring("policy.".length()), text);
            } else if (name.startsWith("overlay.")) {
                overlays.put(name.substring("overlay.".length()), text);
            } else if (name.equals("feeds")) {
                feeds.add(text);
            } else {
                words.put(name, text);
            }
            if (name.contains(".") || name.equals("locality")) {
                policyKey.append(name).append(text);
            }
        }

        String answer(Map<String, Policy> policies) {
            Policy policy = policies.computeIfAbsent(policyKey.toString(), key -> Policy.load(source()));
            try (CaseLog log = CaseLog.read(words.get("log")); Assessment answer = log.assess(policy, question())) {
                return answer.json();
            } catch (RiskException refusal) {
                return REFUSED;
            }
        }

        private PolicySource source() {
            PolicySource source = files.isEmpty() ? PolicySource.embedded() : PolicySource.files(files);
            for (Map.Entry<String, String> overlay : overlays.entrySet()) {
                source = source.overlay(overlay.getKey(), overlay.getValue());
            }
            return words.containsKey("locality") ? source.locality(words.get("locality")) : source;
        }

        private Question question() {
            Question question = Question.by(words.get("audience")).at(words.get("at")).lens(words.get("lens"));
            question = words.containsKey("known_at") ? question.knownAt(words.get("known_at")) : question;
            return feeds.isEmpty() ? question : question.feeds(feeds);
        }
    }
}
