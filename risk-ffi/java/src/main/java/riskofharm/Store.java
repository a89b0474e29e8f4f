package riskofharm;

import java.lang.ref.Reference;
import java.util.List;
import java.util.UUID;

/**
 * The logs of many cases, kept for good: in one SQLite file, or in a PostgreSQL database.
 *
 * <p>What is appended stays as it was appended, and is sealed: each case is a chain of hashes. A journal says who did what
 * with which case; so every call says who works, {@code by}: the host's own software or whoever works with it, 1 to 64
 * letters, digits or {@code . _ : -}. The library believes it. Those who look after the store see every record; a person who
 * reads gets answers, by {@link #assess}.
 *
 * <p>It may be used from many threads: calls on one store take turns, and each may wait for the disk, and for another writer
 * as long as the patience of its {@link StorePlace}. Several processes may open one store at once. No call on a store that
 * was refused has changed anything, but for the journal where a reader is refused; {@link RiskStatus#STORE_BUSY},
 * {@link RiskStatus#STORE_UNREACHABLE} and {@link RiskStatus#STORE_UNCONFIRMED} may be answered by the same call again. Any
 * call may throw these and the other statuses of a store (80 and on); what else a call may throw stands with it.
 */
public final class Store extends Handle {
    private final StorePlace.KeyFunction keys;

    private Store(long handle, StorePlace.KeyFunction keys) {
        // What frees the store holds the keys: C may ask for one until it is done.
        super(handle, store -> {
            RiskLibrary.risk_store_free(store);
            Reference.reachabilityFence(keys);
        });
        this.keys = keys;
    }

    /**
     * Opens the store in a file or a database. One of an older form is brought up to date.
     *
     * @param place the file, or {@code postgres://USER@HOST/DATABASE}
     * @return the store
     * @throws RiskException {@link RiskStatus#STORE_MISSING} where there is none; {@link RiskStatus#BAD_STORE} for what is no
     *     store, or has a newer form; {@link RiskStatus#BAD_WORD} for a URL that is none
     */
    public static Store open(String place) {
        return open(StorePlace.at(place));
    }

    /**
     * Opens the store at a place.
     *
     * @param place where it is, and how it is opened
     * @return the store
     * @throws RiskException as {@link #open(String)}
     */
    public static Store open(StorePlace place) {
        return opened(place, false);
    }

    /**
     * Opens the store in a file or a database, and makes it where there is none. The database itself has to be there.
     *
     * @param place the file, or {@code postgres://USER@HOST/DATABASE}
     * @return the store
     * @throws RiskException as {@link #open(String)}, but for {@link RiskStatus#STORE_MISSING}
     */
    public static Store create(String place) {
        return create(StorePlace.at(place));
    }

    /**
     * Opens the store at a place, and makes it where there is none. The database itself has to be there.
     *
     * @param place where it is, and how it is opened
     * @return the store
     * @throws RiskException as {@link #create(String)}
     */
    public static Store create(StorePlace place) {
        return opened(place, true);
    }

    private static Store opened(StorePlace place, boolean make) {
        StorePlace.KeyFunction keys = place.keyFunction();
        long[] store = new long[1];
        try (Block options = place.block(make, keys)) {
            int status = RiskLibrary.risk_store_open(options.address(), store);
            if (status != RiskLibrary.OK) {
                throw RiskException.ofThisThread(status);
            }
        }
        return new Store(store[0], keys);
    }

    /**
     * Another handle of the same open store, whose calls end early once the request is made: {@link #verify()} and any other call
     * throws {@link RiskException} with {@link RiskStatus#CANCELLED} soon, also where it waits for another writer, and changes
     * nothing. This handle is not affected.
     *
     * @param request ends the calls; it may be closed before the handle
     * @return the handle, to be closed like this one; the store stays open until the last of them is closed
     */
    public Store withCancel(Cancel request) {
        long[] store = new long[1];
        reading(handle -> request.using(cancel -> RiskLibrary.risk_store_with_cancel(handle, cancel, store)));
        return new Store(store[0], keys);
    }

    /**
     * Appends records, all or none, of one case or of several. They are kept for good when it returns. The store seals them,
     * with the system's time and random bytes.
     *
     * @param by who works
     * @param records one record or several, plain, as JSON Lines. One that its case has already, with the same content, adds
     *     nothing: a delivery may be repeated
     * @return how many are new, and where the last one given stands
     * @throws RiskException {@link RiskStatus#BAD_RECORD}, {@link RiskStatus#EVENT_CONFLICT}; {@link RiskStatus#BAD_WORD} for
     *     another form of {@code by}; {@link RiskStatus#TAMPERED}, {@link RiskStatus#NO_KEY}
     */
    public Stored append(String by, String records) {
        return append(by, records, null);
    }

    /**
     * Appends records of one case, if nobody has appended to it meanwhile.
     *
     * @param by who works
     * @param records as in {@link #append(String, String)}
     * @param expectedPosition how many records the case should have now
     * @return how many are new, and where the last one given stands
     * @throws RiskException as {@link #append(String, String)}; {@link RiskStatus#POSITION_CONFLICT} for another number,
     *     unless nothing of it is new; {@link RiskStatus#MISMATCH} for records of several cases
     */
    public Stored append(String by, String records, long expectedPosition) {
        return append(by, records, new long[] {expectedPosition});
    }

    private Stored append(String by, String records, long[] expectedPosition) {
        byte[] who = Text.utf8(by);
        byte[] lines = Text.utf8(records);
        long[] stored = new long[2];
        changing(store -> RiskLibrary.risk_store_append(store, who, who.length, lines, lines.length, expectedPosition,
                stored));
        return new Stored(stored[0], stored[1]);
    }

    /**
     * How a case stands for a reader, and what somebody now has to do: of all cases that were known by then to be of the same
     * person. That the reader asked is written down, also where the reader is refused.
     *
     * @param policy the rules
     * @param reader who asks, and what for
     * @param caseId the case
     * @param question at which moment, from where, for which audience
     * @return the answer, which lives on without the store
     * @throws RiskException {@link RiskStatus#EXCLUDED} for a reader who is not shown the case;
     *     {@link RiskStatus#NOT_FOUND}; {@link RiskStatus#BAD_WORD} for another form of an id or a purpose; as
     *     {@link CaseLog#assess}; {@link RiskStatus#TAMPERED}, {@link RiskStatus#NO_KEY}
     */
    public Assessment assess(Policy policy, Reader reader, UUID caseId, Question question) {
        byte[] id = id(caseId);
        long[] assessment = new long[1];
        try (Block who = reader.block(); Block asked = question.block()) {
            changing(store -> policy.using(rules -> RiskLibrary.risk_store_assess(store, rules, who.address(), id,
                    id.length, asked.address(), assessment)));
        }
        return new Assessment(assessment[0]);
    }

    /**
     * The whole log of a case as a log of its own, a copy: for the host's software, which may see every record. That it was
     * read is written down. What is appended to the copy does not come into the store.
     *
     * @param by who works
     * @param caseId the case
     * @return the log, sealed; it lives on without the store
     * @throws RiskException {@link RiskStatus#NOT_FOUND}, {@link RiskStatus#TAMPERED}, {@link RiskStatus#NO_KEY};
     *     {@link RiskStatus#BAD_WORD} for another form of {@code by}
     */
    public CaseLog log(String by, UUID caseId) {
        byte[] who = Text.utf8(by);
        byte[] id = id(caseId);
        long[] log = new long[1];
        changing(store -> RiskLibrary.risk_store_case(store, who, who.length, id, id.length, log));
        return new CaseLog(log[0]);
    }

    /**
     * The records that came in after a place, of all cases, in one order. Keep the last {@code place}, and ask again with it:
     * each record comes once and none is passed over, however many write. That it was read is written down.
     *
     * @param by who works
     * @param after the last place that was seen, or 0
     * @param limit how many at most
     * @return JSON Lines, {@code {"place":7,"case_id":"…","position":2,"record":{…}}}, where the record is the line of the
     *     case's sealed log, byte for byte; empty where there is nothing new
     * @throws RiskException {@link RiskStatus#NO_KEY}; {@link RiskStatus#BAD_WORD} for another form of {@code by}
     */
    public String changes(String by, long after, long limit) {
        byte[] who = Text.utf8(by);
        return told((store, buf) -> RiskLibrary.risk_store_changes(store, who, who.length, after, limit, buf));
    }

    /**
     * Says what the host calls a case, in place of any other identifier of that scheme.
     *
     * @param by who works
     * @param caseId the case
     * @param scheme {@code crn} or {@code noms}, of which each identifier stands for one case; or another word of the host's,
     *     such as {@code team} or {@code officer}, whose identifiers many cases share
     * @param identifier 1 to 64 letters, digits or {@code . _ : -}
     * @throws RiskException {@link RiskStatus#TAKEN} where it stands for another case, whose id is in the error;
     *     {@link RiskStatus#BAD_WORD} for words of another form
     */
    public void identify(String by, UUID caseId, String scheme, String identifier) {
        identified(by, caseId, scheme, Text.utf8(identifier));
    }

    /**
     * Says that a case has no identifier of a scheme any more.
     *
     * @param by who works
     * @param caseId the case
     * @param scheme the scheme
     * @throws RiskException {@link RiskStatus#NOT_FOUND} where it has none; {@link RiskStatus#BAD_WORD} for words of another
     *     form
     */
    public void unidentify(String by, UUID caseId, String scheme) {
        identified(by, caseId, scheme, null);
    }

    private void identified(String by, UUID caseId, String scheme, byte[] identifier) {
        byte[] who = Text.utf8(by);
        byte[] id = id(caseId);
        byte[] word = Text.utf8(scheme);
        changing(store -> RiskLibrary.risk_store_identify(store, who, who.length, id, id.length, word, word.length,
                identifier, length(identifier)));
    }

    /**
     * The cases that an identifier stands for.
     *
     * @param scheme the scheme
     * @param identifier the identifier
     * @return none, one, or for the host's own words many
     */
    public List<UUID> find(String scheme, String identifier) {
        byte[] word = Text.utf8(scheme);
        byte[] value = Text.utf8(identifier);
        String ids = told((store, buf) ->
                RiskLibrary.risk_store_find(store, word, word.length, value, value.length, buf));
        return Json.ids(Json.read(ids));
    }

    /**
     * What the store was told of a case.
     *
     * @param caseId the case
     * @return JSON: {@code identifiers} (scheme to identifier), {@code merged_into}, {@code merged_from} (case to since
     *     when), {@code excluded} (readers)
     * @throws RiskException {@link RiskStatus#NOT_FOUND}
     */
    public String facts(UUID caseId) {
        byte[] id = id(caseId);
        return told((store, buf) -> RiskLibrary.risk_store_facts(store, id, id.length, buf));
    }

    /**
     * Says that a case is of the same person as another, under which it is answered from now on. Both logs stay as they are.
     *
     * @param by who works
     * @param from the case
     * @param into the case under which it is answered
     * @throws RiskException {@link RiskStatus#NOT_FOUND}; {@link RiskStatus#EVENT_CONFLICT} where both have a record of one id
     *     that says different things; {@link RiskStatus#BAD_WORD} for a case that is merged already, or with itself, and for
     *     another form of {@code by}
     */
    public void merge(String by, UUID from, UUID into) {
        say(RiskLibrary::risk_store_merge, by, from, into.toString());
    }

    /**
     * Says that a case that was merged into another is of another person after all.
     *
     * @param by who works
     * @param from the case
     * @param into the case that it was merged into
     * @throws RiskException {@link RiskStatus#NOT_FOUND}; {@link RiskStatus#BAD_WORD} where it is not merged into that one,
     *     and for another form of {@code by}
     */
    public void unmerge(String by, UUID from, UUID into) {
        say(RiskLibrary::risk_store_unmerge, by, from, into.toString());
    }

    /**
     * Says that a reader is not to be shown a case: somebody who works in an agency and is in the case, or related to it.
     * From then on {@link #assess} refuses them, and writes down that they asked.
     *
     * @param by who works
     * @param caseId the case
     * @param reader the id of the reader
     * @throws RiskException {@link RiskStatus#NOT_FOUND}; {@link RiskStatus#BAD_WORD} for an id of another form
     */
    public void exclude(String by, UUID caseId, String reader) {
        say(RiskLibrary::risk_store_exclude, by, caseId, reader);
    }

    /**
     * Says that a reader may be shown a case again.
     *
     * @param by who works
     * @param caseId the case
     * @param reader the id of the reader
     * @throws RiskException {@link RiskStatus#NOT_FOUND}, also where the reader is not excluded; {@link RiskStatus#BAD_WORD}
     *     for an id of another form
     */
    public void admit(String by, UUID caseId, String reader) {
        say(RiskLibrary::risk_store_admit, by, caseId, reader);
    }

    /**
     * Removes salt, data and note of a record by law: appends a record that names it, and removes them from the store and its
     * files. The chain stays whole. Done again, it changes nothing, and tries again to clear the files.
     *
     * @param by who works
     * @param record a {@code payload_erased} that names the record
     * @return JSON, {@code {"position":9,"new":true,"scrubbed":true}}. Where the files may still hold old pages,
     *     {@code scrubbed} is {@code false} and {@code pending} says why. Copies made before hold what they held, but for
     *     payloads whose key is no longer given
     * @throws RiskException {@link RiskStatus#BAD_RECORD}, also where a correction still holds data of the record, which is to
     *     be erased first; {@link RiskStatus#NOT_FOUND} for a record that is not there, or whose payload is gone already;
     *     {@link RiskStatus#BAD_WORD} for another kind of record, and for another form of {@code by}
     */
    public String erase(String by, String record) {
        return told(RiskLibrary::risk_store_erase, by, record);
    }

    /**
     * As {@link #erase}, where the law asks for the payload to be kept as evidence all the same: no answer rests on it from
     * then on; it lies apart, sealed as it was.
     *
     * @param by who works
     * @param record a {@code payload_erased} that names the record
     * @return JSON, as {@link #erase}
     * @throws RiskException as {@link #erase}
     */
    public String restrict(String by, String record) {
        return told(RiskLibrary::risk_store_restrict, by, record);
    }

    /**
     * Removes everything of a person by law, for good, whole or not at all: the payload of every record of every case that is merged
     * with this one, in either direction, what was kept as evidence, and the identifiers, from the store and its files. The chains stay
     * whole. From then on these cases take no record, no identifier and no merge. Done again, it changes nothing, and tries again to
     * clear the files.
     *
     * @param by who works
     * @param caseId a case of the person
     * @param decidedBy the member of staff who decided it, as records name them
     * @return JSON: {@code cases} and {@code parted} (those that were parted again are of another person, and were left alone),
     *     {@code records}, {@code misplaced}, {@code evidence} and {@code identifiers} (how many are gone now), {@code remains} (what
     *     could not be erased and where it is; look at it), {@code scrubbed}, and if that is {@code false} {@code pending}, as of
     *     {@link #erase}
     * @throws RiskException {@link RiskStatus#NOT_FOUND}; {@link RiskStatus#BAD_WORD} for another form of {@code by} or {@code
     *     decidedBy}; {@link RiskStatus#NO_KEY} and {@link RiskStatus#TAMPERED} for a case that cannot be read whole. Then nothing was
     *     erased
     */
    public String erasePerson(String by, UUID caseId, String decidedBy) {
        return erasePerson(by, caseId, decidedBy, "legal_erasure", null);
    }

    /**
     * As {@link #erasePerson(String, UUID, String)}, with a reason, and so that messages which come late are recognised as of an erased
     * person.
     *
     * @param by who works
     * @param caseId a case of the person
     * @param decidedBy the member of staff who decided it, as records name them
     * @param reason a reason of {@code payload_erased}, such as {@code legal_erasure}
     * @param secret that of {@link Hmpps}, with which keyed digests of the identifiers are kept; {@code null}: none is kept
     * @return JSON, as {@link #erasePerson(String, UUID, String)}
     * @throws RiskException as {@link #erasePerson(String, UUID, String)}; {@link RiskStatus#BAD_WORD} for another reason, {@link
     *     RiskStatus#BAD_SIZE} for a secret that is too short
     */
    public String erasePerson(String by, UUID caseId, String decidedBy, String reason, byte[] secret) {
        byte[] who = Text.utf8(by);
        byte[] order = Text.utf8("{\"case_id\":" + Json.quoted(caseId.toString()) + ",\"by\":" + Json.quoted(decidedBy)
                + ",\"reason\":" + Json.quoted(reason) + "}");
        return told((store, buf) -> RiskLibrary.risk_store_erase_person(store, who, who.length, order, order.length, secret,
                length(secret), buf));
    }

    /**
     * Who did what with a case, in order. Entries are never changed or removed, and are chained as records are.
     *
     * @param caseId the case
     * @return JSON Lines: {@code position}, {@code at}, {@code by}, {@code audience}, {@code purpose}, {@code operation} (the
     *     word of the Data Protection Act 2018, section 62), {@code case_id}, {@code refused}, {@code act}
     * @throws RiskException {@link RiskStatus#NOT_FOUND}
     */
    public String journal(UUID caseId) {
        return entries(id(caseId));
    }

    /**
     * Who did what with the store as a whole, in order.
     *
     * @return JSON Lines, as {@link #journal(UUID)}
     */
    public String journal() {
        return entries(null);
    }

    private String entries(byte[] caseId) {
        return told((store, buf) -> RiskLibrary.risk_store_journal(store, caseId, length(caseId), buf));
    }

    /**
     * Where every chain of the store ends now: to be signed, and kept where those who can write to the store cannot.
     *
     * @return lines of text, with the root of their tree in the first one
     */
    public String checkpoint() {
        return told(RiskLibrary::risk_store_checkpoint);
    }

    /**
     * Whether every chain of the store is what was kept.
     *
     * @return JSON, {@code {"intact":true,"cases":2,"records":9,"entries":14,"locked":[],"differences":[]}}. A difference has
     *     {@code case_id} and {@code what}; {@code locked} are cases whose key is not given. One that is not intact is told
     *     there, and is no error here
     */
    public String verify() {
        return verified(null);
    }

    /**
     * Whether every chain of the store is what was kept, and goes on from a checkpoint.
     *
     * @param checkpoint what {@link #checkpoint()} gave, earlier
     * @return JSON, as {@link #verify()}
     * @throws RiskException {@link RiskStatus#BAD_RECORD} and {@link RiskStatus#TAMPERED} for a text that is no checkpoint
     */
    public String verify(String checkpoint) {
        return verified(Text.utf8(checkpoint));
    }

    private String verified(byte[] checkpoint) {
        return told((store, buf) -> RiskLibrary.risk_store_verify(store, checkpoint, length(checkpoint), buf));
    }

    /** A call that says something of a case. */
    private interface Saying {
        int on(long store, byte[] by, long byLength, byte[] caseId, long caseLength, byte[] what, long whatLength);
    }

    private void say(Saying call, String by, UUID caseId, String what) {
        byte[] who = Text.utf8(by);
        byte[] id = id(caseId);
        byte[] said = Text.utf8(what);
        changing(store -> call.on(store, who, who.length, id, id.length, said, said.length));
    }

    /** A call that takes a record and tells what became of it. */
    private interface Taking {
        int on(long store, byte[] by, long byLength, byte[] record, long length, long[] buf);
    }

    private String told(Taking call, String by, String record) {
        byte[] who = Text.utf8(by);
        byte[] line = Text.utf8(record);
        return told((store, buf) -> call.on(store, who, who.length, line, line.length, buf));
    }

    /**
     * Runs a call alone, also one that only reads: calls on one store take turns anyway, and one that failed is not made
     * again for its error, because the journal would have it twice.
     */
    private String told(TextCall call) {
        long[] buf = new long[3];
        changing(store -> call.on(store, buf));
        return Text.taken(buf);
    }

    private static byte[] id(UUID caseId) {
        return Text.utf8(caseId.toString());
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    @Override
    int lastMessage(long handle, long[] buf) {
        return RiskLibrary.risk_store_last_error_message(handle, buf);
    }

    @Override
    int lastJson(long handle, long[] buf) {
        return RiskLibrary.risk_store_last_error_json(handle, buf);
    }
}
