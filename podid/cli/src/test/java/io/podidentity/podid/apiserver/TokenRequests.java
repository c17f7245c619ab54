// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.ObjectName;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes tokens of service accounts, and refuses what the real API server refuses.
 *
 * @see <a
 * href="https://github.com/kubernetes/kubernetes/blob/v1.34.2/pkg/registry/core/serviceaccount/storage/token.go">
 *     its rules for names, and for the object to which a token is bound</a>
 * @see <a
 * href="https://github.com/kubernetes/kubernetes/blob/v1.34.2/pkg/apis/authentication/validation/validation.go">
 *     its rules for the time</a>
 */
final class TokenRequests {

    private static final long SHORTEST = 600;
    private static final long LONGEST = 1L << 32;
    private static final long USUAL = 3600;

    private final PodIdentityEmulator azure;
    private final Duration longest;

    /** @param longest the longest life of a token, whatever is asked for */
    TokenRequests(PodIdentityEmulator azure, Duration longest) {
        this.azure = azure;
        this.longest = longest;
    }

    /**
     * The request with the token.
     *
     * @throws ApiRefusal if it is not granted
     */
    Map<String, Object> answer(ObjectName account, Map<String, Object> request, LiveObjects.Now objects) {
        objects.get(resource("ServiceAccount"), account);
        requireSame("name", Tree.text(request, "metadata", "name"), account.name(), account);
        requireSame("namespace", Tree.text(request, "metadata", "namespace"), account.namespace(), account);
        long seconds = seconds(
                Tree.at(request, "spec", "expirationSeconds") instanceof Number asked ? asked.longValue() : USUAL);
        checkBound(Tree.map(request, "spec", "boundObjectRef"), account, objects);
        List<String> audiences = Tree.texts(request, "spec", "audiences");
        Duration life = Duration.ofSeconds(Math.min(seconds, longest.toSeconds()));
        String token =
                azure.serviceAccountToken(account.namespace(), account.name(), life, audiences.toArray(String[]::new));
        return Map.of(
                "kind", "TokenRequest",
                "apiVersion", "authentication.k8s.io/v1",
                "metadata", Map.of("name", account.name(), "namespace", account.namespace()),
                "spec", Map.of("audiences", audiences, "expirationSeconds", life.toSeconds()),
                "status",
                        Map.of(
                                "token",
                                token,
                                "expirationTimestamp",
                                Instant.now()
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .plus(life)
                                        .toString()));
    }

    private static ApiResource resource(String kind) {
        return ApiResource.ofKind(kind).orElseThrow();
    }

    private static void requireSame(String field, String asked, String wanted, ObjectName account) {
        if (!asked.isEmpty() && !asked.equals(wanted)) {
            throw ApiRefusal.invalid(
                    account.name(),
                    "metadata." + field + ": Invalid value: \"" + asked + "\": must match the service account " + field
                            + " if specified");
        }
    }

    private static long seconds(long asked) {
        if (asked < SHORTEST || asked > LONGEST) {
            throw ApiRefusal.invalid(
                    "",
                    "spec.expirationSeconds: Invalid value: " + asked + ": may not specify a duration "
                            + (asked < SHORTEST ? "less than 10 minutes" : "larger than 2^32 seconds"));
        }
        return asked;
    }

    private static void checkBound(Map<String, Object> reference, ObjectName account, LiveObjects.Now objects) {
        if (reference.isEmpty()) {
            return;
        }
        String kind = Tree.text(reference, "kind");
        String apiVersion = Tree.text(reference, "apiVersion");
        // The version does not matter there, the group does.
        if (apiVersion.contains("/") || !Set.of("Pod", "Secret").contains(kind)) {
            throw ApiRefusal.badRequest("cannot bind token to object of type " + apiVersion + ", Kind=" + kind);
        }
        Map<String, Object> object =
                objects.get(resource(kind), new ObjectName(account.namespace(), Tree.text(reference, "name")));
        if (kind.equals("Pod")
                && !Tree.text(object, "spec", "serviceAccountName").equals(account.name())) {
            throw ApiRefusal.badRequest("cannot bind token for serviceaccount \"" + account.name()
                    + "\" to pod running with different serviceaccount name.");
        }
        String uid = Tree.text(reference, "uid");
        if (!uid.isEmpty() && !uid.equals(Tree.text(object, "metadata", "uid"))) {
            throw ApiRefusal.conflict("the UID in the bound object reference (" + uid
                    + ") does not match the UID in record. The object might have been deleted and then recreated");
        }
    }
}
