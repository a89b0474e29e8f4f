package riskofharm;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/**
 * The functions of {@code risk.h}, one Java method each, mapped directly.
 *
 * <p>Handles and addresses are {@code long}, text is UTF-8 bytes with a length, and what a function writes comes back in
 * an array: a handle, a count or a moment in {@code long[1]}, {@code risk_appended} and {@code risk_stored} in
 * {@code long[2]}, {@code risk_buf} in {@code long[3]}. Arrays of numbers cost the least to pass; they fit because the library is used on 64-bit systems only,
 * which is checked here.
 */
final class RiskLibrary {
    /** {@code RISK_OK}. */
    static final int OK = 0;
    /** {@code RISK_NEVER}. */
    static final long NEVER = Long.MAX_VALUE;
    /** {@code RISK_VERSION_NUMBER} of the header that these methods were written from: 0.1.0. */
    static final int WRITTEN_FOR = 1_000;
    /** {@code RISK_ABI_VERSION} of that header. */
    static final int ABI = 0;
    /** Names the file of the library where it lies on no search path. */
    static final String LOCATION = "riskofharm.library";

    static {
        load();
    }

    private RiskLibrary() {}

    private static void load() {
        if (Native.POINTER_SIZE != Long.BYTES || Native.SIZE_T_SIZE != Long.BYTES) {
            throw new UnsatisfiedLinkError("risk of harm: a 64-bit system is needed, found pointers of "
                    + Native.POINTER_SIZE + " bytes");
        }
        String name = file();
        try {
            NativeLibrary library = NativeLibrary.getInstance(name);
            compare(asked(library, "risk_abi_version"), asked(library, "risk_version_number"));
            Native.register(RiskLibrary.class, library);
        } catch (UnsatisfiedLinkError cause) {
            UnsatisfiedLinkError error = new UnsatisfiedLinkError("risk of harm: the library " + name
                    + " was not found or cannot be used. Expected it on LD_LIBRARY_PATH, in the folder named by"
                    + " -Djna.library.path, or as the file named by -D" + LOCATION + ". What was found: "
                    + cause.getMessage());
            error.initCause(cause);
            throw error;
        }
    }

    /** A library that is too old lacks functions, and one of another ABI has others: neither is called but for its version. */
    private static void compare(int abi, int version) {
        if (abi != ABI || version < WRITTEN_FOR) {
            throw new UnsatisfiedLinkError("these classes need ABI " + ABI + " and version " + shown(WRITTEN_FOR)
                    + " or later, found ABI " + abi + " and version " + shown(version));
        }
    }

    private static int asked(NativeLibrary library, String version) {
        return library.getFunction(version).invokeInt(new Object[0]);
    }

    /** What is loaded: on Linux by its versioned name, as a linked program would. Another ABI has another name. */
    static String file() {
        return System.getProperty(LOCATION, Platform.isLinux() ? "librisk.so." + ABI : "risk");
    }

    private static String shown(int version) {
        return version / 1_000_000 + "." + version / 1_000 % 1_000 + "." + version % 1_000;
    }

    static native int risk_version_number();

    static native int risk_abi_version();

    static native Pointer risk_version();

    static native Pointer risk_status_name(int status);

    static native Pointer risk_last_error_message();

    static native Pointer risk_last_error_json();

    static native void risk_buf_free(long[] buf);

    static native int risk_policy_load(Pointer options, long[] out);

    static native int risk_policy_check(Pointer options, long[] out);

    static native int risk_policy_digest(long policy, long[] out);

    static native int risk_policy_last_error_message(long policy, long[] out);

    static native int risk_policy_last_error_json(long policy, long[] out);

    static native void risk_policy_free(long policy);

    static native int risk_cancel_new(long[] out);

    static native int risk_cancel_request(long cancel);

    static native void risk_cancel_free(long cancel);

    static native int risk_case_new(byte[] caseId, long length, long[] out);

    static native int risk_case_read(byte[] records, long length, long[] out);

    static native int risk_case_append(long log, byte[] records, long length, long[] expectedLength, byte[] stamps,
            long stampsLength, long[] out);

    static native int risk_case_erase(long log, byte[] record, long length, long[] expectedLength, byte[] stamp,
            long[] out);

    static native int risk_case_seal(long log, byte[] stamps, long stampsLength);

    static native int risk_case_records(long log, long after, long[] out);

    static native int risk_case_id(long log, long[] out);

    static native int risk_case_length(long log, long[] out);

    static native int risk_case_head(long log, long[] out);

    static native int risk_case_verify(long log, byte[] expectedHead, long length, long[] out);

    static native int risk_records_verify(byte[] records, long length, byte[] expectedHead, long headLength, long[] out);

    static native int risk_case_assess(long log, long policy, Pointer question, long[] out);

    static native int risk_case_explain(long log, long policy, Pointer question, byte[] of, long length, long[] out);

    static native int risk_case_why_not(long log, long policy, Pointer question, byte[] rule, long length, long[] out);

    static native int risk_case_last_error_message(long log, long[] out);

    static native int risk_case_last_error_json(long log, long[] out);

    static native void risk_case_free(long log);

    static native int risk_assessment_json(long assessment, long[] out);

    static native int risk_assessment_text(long assessment, long policy, int detail, long[] out);

    static native int risk_assessment_next_change(long assessment, long[] out);

    static native int risk_assessment_changes(long before, long after, long[] out);

    static native int risk_assessment_told(long before, long after, long[] out);

    static native int risk_assessment_last_error_message(long assessment, long[] out);

    static native int risk_assessment_last_error_json(long assessment, long[] out);

    static native void risk_assessment_free(long assessment);

    static native int risk_store_open(Pointer options, long[] out);

    static native int risk_store_with_cancel(long store, long cancel, long[] out);

    static native void risk_store_free(long store);

    static native int risk_store_append(long store, byte[] by, long byLength, byte[] records, long length,
            long[] expectedPosition, long[] out);

    static native int risk_store_assess(long store, long policy, Pointer reader, byte[] caseId, long length,
            Pointer question, long[] out);

    static native int risk_store_case(long store, byte[] by, long byLength, byte[] caseId, long length, long[] out);

    static native int risk_store_changes(long store, byte[] by, long byLength, long after, long limit, long[] out);

    static native int risk_store_identify(long store, byte[] by, long byLength, byte[] caseId, long caseLength,
            byte[] scheme, long schemeLength, byte[] identifier, long identifierLength);

    static native int risk_store_find(long store, byte[] scheme, long schemeLength, byte[] identifier,
            long identifierLength, long[] out);

    static native int risk_store_facts(long store, byte[] caseId, long length, long[] out);

    static native int risk_store_merge(long store, byte[] by, long byLength, byte[] from, long fromLength, byte[] into,
            long intoLength);

    static native int risk_store_unmerge(long store, byte[] by, long byLength, byte[] from, long fromLength,
            byte[] into, long intoLength);

    static native int risk_store_exclude(long store, byte[] by, long byLength, byte[] caseId, long caseLength,
            byte[] reader, long readerLength);

    static native int risk_store_admit(long store, byte[] by, long byLength, byte[] caseId, long caseLength,
            byte[] reader, long readerLength);

    static native int risk_store_erase(long store, byte[] by, long byLength, byte[] record, long length, long[] out);

    static native int risk_store_restrict(long store, byte[] by, long byLength, byte[] record, long length, long[] out);

    static native int risk_store_erase_person(long store, byte[] by, long byLength, byte[] order, long length,
            byte[] secret, long secretLength, long[] out);

    static native int risk_store_journal(long store, byte[] caseId, long length, long[] out);

    static native int risk_store_checkpoint(long store, long[] out);

    static native int risk_store_verify(long store, byte[] checkpoint, long length, long[] out);

    static native int risk_store_last_error_message(long store, long[] out);

    static native int risk_store_last_error_json(long store, long[] out);

    static native int risk_hmpps_new(byte[] options, long length, byte[] secret, long secretLength, long[] out);

    static native void risk_hmpps_free(long hmpps);

    static native int risk_hmpps_import_into(long hmpps, long store, byte[] by, long byLength, byte[] kind,
            long kindLength, byte[] delivery, long length, long[] out);

    static native int risk_hmpps_import(long hmpps, byte[] kind, long kindLength, byte[] delivery, long length,
            byte[] held, long heldLength, long[] records, long[] report);

    static native int risk_hmpps_reconcile(long hmpps, long assessment, long[] out);

    static native int risk_assessment_rosh(long assessment, long[] out);

    static native int risk_hmpps_last_error_message(long hmpps, long[] out);

    static native int risk_hmpps_last_error_json(long hmpps, long[] out);

    static native int risk_schema(byte[] of, long length, long[] out);
}
