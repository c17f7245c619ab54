// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Calls of the metadata service in scripts, and pods that it answers with the identity of the node. */
final class MetadataServiceRules extends RuleFamily {

    private static final Pattern HEADER = Pattern.compile("(?i)metadata[\"']?\\s*[:=]\\s*[\"']?\\$?true");
    private static final List<String> KNOWN = List.of(
            "resource api-version client_id object_id principal_id msi_res_id mi_res_id bypass_cache".split(" "));
    private static final Set<String> NEVER_KNOWN_TO_NMI = Set.of("object_id", "principal_id");

    private final Report metadataHeaderMissing = error("C14", "metadata-header-missing", "aad-pod-identity#427")
            .says("A call of the metadata service lacks the header Metadata")
            .remedy("Add the header: curl -H Metadata:true");
    private final Report queryNotQuoted = error("C14", "query-not-quoted", "aad-pod-identity#427")
            .says("A shell cuts the URL at its first ampersand")
            .remedy("Put the URL into double quotes");
    private final Report queryParameter = error(
                    "C14", "query-parameter", "aad-pod-identity#427", "aad-pod-identity#629")
            .says("A token request has a parameter that IMDS and NMI do not know")
            .remedy("Write client_id to name an identity");
    private final Report resourceMissing = error("C14", "resource-missing", "aad-pod-identity#279")
            .says("A token request names no resource")
            .remedy("Add resource=, such as resource=https://storage.azure.com/");
    private final Report nodeIdentityByAccident = warning(
                    "C21", "node-identity-by-accident", "azure-workload-identity#1249")
            .says("A pod asks for a token and has no identity of its own, so it takes that of the node")
            .remedy("Give the pod an identity, or close the metadata service to it by a NetworkPolicy");

    MetadataServiceRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (MetadataCall call : MetadataCall.findAll(context)) {
            metadataHeaderMissing(call);
            queryNotQuoted(call);
            queryParameter(call);
            resourceMissing(call);
        }
        for (PodSource pod : context.pods()) {
            nodeIdentityByAccident(pod);
        }
    }

    /** IMDS always requires the header, and NMI by default from 1.8.4 on. Before, the finding is a warning. */
    private void metadataHeaderMissing(MetadataCall call) {
        // Which headers an unknown program sends, its arguments do not tell.
        if (!call.hasKnownClient() || HEADER.matcher(call.command()).find()) {
            return;
        }
        String message = "the call lacks the header Metadata: true";
        String remedy = "Write: curl -H Metadata:true \"" + call.url() + "\"";
        boolean isRequired = !context.profile().hasNmi() || context.profile().isAtLeast(1, 8, 4);
        if (isRequired) {
            metadataHeaderMissing.add(call.location(), message + ", so the answer is 400", remedy);
        } else {
            metadataHeaderMissing.add(
                    Severity.WARNING,
                    call.location(),
                    message + ", which NMI requires from 1.8.4 on, and IMDS always",
                    remedy);
        }
    }

    /** The rest of the query, such as client_id, is lost, and the token is that of another identity. */
    private void queryNotQuoted(MetadataCall call) {
        // A backslash before the ampersand keeps the shell from taking it as the end of the command.
        if (!call.quoted() && call.url().matches(".*[^\\\\]&.*")) {
            queryNotQuoted.add(
                    call.location(),
                    "the shell takes the & in the URL as the end of the command",
                    "Write: \"" + call.url() + "\"");
        }
    }

    /** Unknown parameters are ignored, and the token is that of another identity, with HTTP 200. */
    private void queryParameter(MetadataCall call) {
        for (String name : call.parameterNames()) {
            if (KNOWN.contains(name)) {
                checkIgnored(call, name);
            } else if (!Value.isTemplated(name) && !name.startsWith("$")) {
                queryParameter.add(
                        call.location(),
                        "there is no parameter " + name + ", so it is ignored",
                        findMeant(name).map(known -> "Write: " + known + "=").orElse("Remove it."));
            }
        }
    }

    private static Optional<String> findMeant(String name) {
        String letters = lettersOf(name);
        return KNOWN.stream()
                .filter(known -> lettersOf(known).equalsIgnoreCase(letters))
                .findFirst()
                .or(() -> ClosestMatch.of(name, KNOWN));
    }

    /** The name without what separates its words, such as {@code clientid} of {@code client-id}. */
    private static String lettersOf(String name) {
        return name.replaceAll("[_-]", "");
    }

    /** IMDS knows parameters that NMI ignores, or that it did not know in its early versions. */
    private void checkIgnored(MetadataCall call, String name) {
        Profile profile = context.profile();
        boolean isIgnored = NEVER_KNOWN_TO_NMI.contains(name)
                || (name.equals("msi_res_id") && !profile.isAtLeast(1, 6, 2))
                || (name.equals("mi_res_id") && !profile.isAtLeast(1, 8, 15));
        if (profile.hasNmi() && isIgnored) {
            queryParameter.add(
                    call.location(),
                    "NMI " + profile.id() + " ignores " + name + ", so any identity of the pod answers");
        }
    }

    /** The answer is 400, as in the article: parameter resource cannot be empty. */
    private void resourceMissing(MetadataCall call) {
        boolean isForToken = call.url().contains("/token");
        // Options of curl or a variable of the shell may add it.
        boolean mayBeAdded = call.command().matches("(?s).*(\\s-G\\b|--data|\\s-d\\s|--get|\\$).*");
        if (!isForToken || mayBeAdded || !call.value("resource").isEmpty()) {
            return;
        }
        String what = call.parameterNames().contains("resource") ? "resource= is empty" : "the request has no resource";
        resourceMissing.add(call.location(), what + ", so the answer is 400");
    }

    /** Where no NMI stands before the metadata service, every pod can use the node's identities. */
    private void nodeIdentityByAccident(PodSource pod) {
        boolean hasOwn = pod.label(Keys.USE).exists()
                || pod.hasOtherCredential()
                || !context.clientId(pod).isEmpty();
        if (context.profile().hasNmi()
                || hasOwn
                || EgressOfPod.collectPolicies(context, pod).isClosed("169.254.169.254", 80)) {
            return;
        }
        findSignOfRequest(pod)
                .ifPresent(location -> nodeIdentityByAccident.add(
                        location,
                        "nothing gives this pod an identity of its own, and the node's metadata service is"
                                + " open to it: it takes the node's identity, or one that other pods use",
                        "Label the pod azure.workload.identity/use: \"true\" and set serviceAccountName to"
                                + " an annotated account; or close 169.254.169.254 by a NetworkPolicy."));
    }

    /** What tells that the pod's program asks for a token: a client ID, or a call in a script. */
    private static Optional<FieldLocation> findSignOfRequest(PodSource pod) {
        Stream<FieldLocation> clientIds = pod.clientIds().stream().filter(FieldLocation::exists);
        Stream<FieldLocation> calls = MetadataCall.findInPod(pod).stream().map(MetadataCall::location);
        return Stream.concat(clientIds, calls).findFirst();
    }
}
