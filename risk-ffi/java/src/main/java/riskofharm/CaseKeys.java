package riskofharm;

import java.util.UUID;

/**
 * The keys with which a {@link Store} encrypts the payloads of its cases, one for each case. To destroy a case's key is to
 * make its payloads unreadable, in every copy of the store.
 *
 * <p>It is asked within calls with the store, on the thread of that call, while other calls with the store wait: so it must
 * not call the store itself. It may be asked from any thread. What it throws counts as no key, and is told to
 * {@link com.sun.jna.Native#setCallbackExceptionHandler}, which prints it unless the host says otherwise.
 */
@FunctionalInterface
public interface CaseKeys {
    /**
     * The key of a case.
     *
     * @param caseId the case
     * @return 32 bytes; or {@code null} where there is none, or none any more
     */
    byte[] of(UUID caseId);
}
