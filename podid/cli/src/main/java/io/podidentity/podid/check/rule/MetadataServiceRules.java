// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Calls of the metadata service in scripts, and pods that it answers with the identity of the node. */
final class MetadataServiceRules extends RuleFamily {

    private static final Pattern HEADER = Pattern.compile("(?i)metadata[\"']?\\s*[:=]\\s*[\"']?\\$?true");
    private static final List<String> KNOWN = List.of(
            "resource api-version client_id object_id principal_id msi_res_id mi_res_id bypass_cache".split(" "));

    private final Report metadataHeaderMissing = error("C14", "metadata-header-missing", "aad-pod-identity#427")
            .says("A call of the metadata service lacks the header Metadata")
            .remedy("Add the header: curl -H Metadata:true");
    private final Report queryNotQuoted = error("C14", "query-not-quoted", "aad-pod-identity#427")
            .says("A shell cuts the URL at its first ampersand")
            .remedy("Put the URL into double quotes");
    private final Report queryParameter = error(
                    "C14", "query-parameter", "aad-pod-identity#427", "aad-pod-identity#629")
            .says("A parameter of a token request is not one")
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
        for (MetadataCall call : MetadataCall.all(context)) {
            metadataHeaderMissing(call);
            queryNotQuoted(call);
            queryParameter(call);
            resourceMissing(call);
        }
        for (PodSource pod : context.pods()) {
            nodeIdentityByAccident(pod);
        }
    }

    /** NMI asks for it by default from 1.8.4 on, and IMDS always; for older versions it is a warning. */
    private void metadataHeaderMissing(MetadataCall call) {
        boolean required = !context.profile().hasNmi() || context.profile().isAtLeast(1, 8, 4);
        if (call.hasKnownClient() && !HEADER.matcher(call.command()).find()) {
            metadataHeaderMissing.add(
                    required ? Severity.ERROR : Severity.WARNING,
                    call.location(),
                    required
                            ? "the call lacks the header Metadata: true, so the answer is 400"
                            : "the call lacks the header Metadata: true, which NMI requires from 1.8.4 on, and"
                                    + " IMDS always",
                    "Write: curl -H Metadata:true \"" + call.url() + "\"");
        }
    }

    /** The rest of the query, such as client_id, is lost, and the token is that of another identity. */
    private void queryNotQuoted(MetadataCall call) {
        if (!call.quoted() && call.url().matches(".*[^\\\\]&.*")) {
            queryNotQuoted.add(
                    call.location(),
                    "the shell takes the & in the URL as the end of the command",
                    "Write: \"" + call.url() + "\"");
        }
    }

    /** Unknown parameters are ignored, and the token is that of another identity, with HTTP 200. */
    private void queryParameter(MetadataCall call) {
        for (String name : call.names()) {
            String plain = name.replaceAll("[_-]", "");
            Optional<String> meant = KNOWN.stream()
                    .filter(known -> known.replaceAll("[_-]", "").equalsIgnoreCase(plain))
                    .findFirst();
            if (KNOWN.contains(name)) {
                ignored(name).ifPresent(reason -> queryParameter.add(call.location(), reason));
            } else if (!Value.isTemplated(name) && !name.startsWith("$")) {
                queryParameter.add(
                        call.location(),
                        "there is no parameter " + name + ", so it is ignored",
                        meant.or(() -> ClosestMatch.of(name, KNOWN))
                                .map(known -> "Write: " + known + "=")
                                .orElse("Remove it."));
            }
        }
    }

    private Optional<String> ignored(String name) {
        boolean isIgnored = context.profile().hasNmi()
                && switch (name) {
                    case "object_id", "principal_id" -> true;
                    case "msi_res_id" -> !context.profile().isAtLeast(1, 6, 2);
                    case "mi_res_id" -> !context.profile().isAtLeast(1, 8, 15);
                    default -> false;
                };
        return isIgnored
                ? Optional.of(
                        "NMI " + context.profile().id() + " ignores " + name + ", so any identity of the pod answers")
                : Optional.empty();
    }

    /** The answer is 400, as in the article: parameter resource cannot be empty. */
    private void resourceMissing(MetadataCall call) {
        boolean elsewhere = call.command().matches("(?s).*(\\s-G\\b|--data|\\s-d\\s|--get|\\$).*");
        if (call.value("resource").isEmpty() && !elsewhere && call.url().contains("/token")) {
            resourceMissing.add(
                    call.location(),
                    call.names().contains("resource")
                            ? "resource= is empty, so the answer is 400"
                            : "the request has no resource, so the answer is 400");
        }
    }

    /** Where no NMI stands before the metadata service, every pod can use the node's identities. */
    private void nodeIdentityByAccident(PodSource pod) {
        boolean hasOwn = pod.label(Keys.USE).exists()
                || pod.hasOtherCredential()
                || !context.clientId(pod).isEmpty();
        if (context.profile().hasNmi() || hasOwn || EgressOfPod.of(context, pod).isClosed("169.254.169.254", 80)) {
            return;
        }
        wish(pod)
                .ifPresent(location -> nodeIdentityByAccident.add(
                        location,
                        "nothing gives this pod an identity of its own, and the node's metadata service is"
                                + " open to it: it takes the node's identity, or one that other pods use",
                        "Label the pod azure.workload.identity/use: \"true\" and set serviceAccountName to"
                                + " an annotated account; or close 169.254.169.254 by a NetworkPolicy."));
    }

    /** What tells that its program asks for a token. */
    private static Optional<FieldLocation> wish(PodSource pod) {
        Stream<FieldLocation> calls = MetadataCall.of(pod).stream().map(MetadataCall::location);
        return Stream.concat(pod.clientIds().stream().filter(FieldLocation::exists), calls)
                .findFirst();
    }
}
