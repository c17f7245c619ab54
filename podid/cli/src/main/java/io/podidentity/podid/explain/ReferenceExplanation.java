// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * What a driver, an operator or a sidecar gets through an object that refers to an identity, such as a {@code
 * SecretProviderClass}. The <em>runner</em> is the pod that gets the token for the object. Immutable.
 *
 * @param outcome {@link Outcome#UNRELATED} if it is not known, since what gets the token is in other files
 * @param summary the verdict, without a full stop
 * @param remedies what to change; empty if nothing must be changed
 */
public record ReferenceExplanation(
        IdentityReference reference, Outcome outcome, String summary, List<String> remedies) {

    /** Explains all references of a cluster, in their order. */
    public static List<ReferenceExplanation> all(RuleContext context, Explainer explainer) {
        return context.references().stream()
                .map(reference -> new Question(reference, context, explainer).answer())
                .toList();
    }

    /** One reference, and what answers for it. */
    private record Question(IdentityReference reference, RuleContext context, Explainer explainer) {

        ReferenceExplanation answer() {
            if (reference.way() == Way.NODE) {
                return tokenOfNode();
            }
            if (reference.way() == Way.NMI && !context.profile().hasNmi()) {
                return noToken(
                        "it takes its identity from NMI, which this cluster does not have",
                        "Write " + reference.kind().instead() + ": "
                                + reference.kind().page());
            }
            Optional<ObjectName> account = reference.account();
            if (account.isPresent()) {
                return tokenInExchange(account.get());
            }
            return reference.runners().stream()
                    .findFirst()
                    .map(this::tokenOfRunner)
                    .orElseGet(this::tokenOfUnknownRunner);
        }

        private ReferenceExplanation tokenOfRunner(PodSource runner) {
            if (reference.needsWebhook() && !runner.usesWorkloadIdentity()) {
                return noToken(
                        runner.object() + ", which gets the token for it, lacks the label " + Keys.USE + ": \"true\"",
                        "Add the label to its pods, and a service account with " + Keys.CLIENT_ID + ": "
                                + reference.kind().page());
            }
            if (exchangesToken(runner)) {
                return tokenInExchange(new ObjectName(runner.namespace(), runner.serviceAccount()));
            }
            if (asksNmi(runner)) {
                return tokenOfNmi(runner);
            }
            return tokenOfNode();
        }

        private boolean exchangesToken(PodSource runner) {
            return switch (reference.way()) {
                case WORKLOAD -> true;
                case AMBIENT, AMBIENT_OF_ACCOUNT -> runner.usesWorkloadIdentity();
                case NMI, METADATA, NODE, SECRET -> false;
            };
        }

        private boolean asksNmi(PodSource runner) {
            return reference.way() == Way.NMI || (context.profile().hasNmi() && runner.asksForBinding());
        }

        private ReferenceExplanation tokenOfUnknownRunner() {
            String clientId = clientId();
            String identity = clientId.isEmpty() ? "" : "client ID " + clientId + ", ";
            return unknown(identity + "by " + reference.kind().runner() + ", which is not here");
        }

        private ReferenceExplanation tokenOfNode() {
            String clientId = clientId();
            String identity = clientId.isEmpty() ? "the node's only identity" : "client ID " + clientId;
            return new ReferenceExplanation(
                    reference,
                    Outcome.NODE,
                    "a token of " + identity + ", which must be on the node, where each pod can use it",
                    List.of());
        }

        private ReferenceExplanation tokenOfNmi(PodSource runner) {
            String clientId = clientId();
            String query = clientId.isEmpty() ? "" : "&client_id=" + clientId;
            Explanation explanation = explainer.explain(runner.pod(), Explainer.DEFAULT_QUERY + query);
            return new ReferenceExplanation(
                    reference,
                    explanation.outcome(),
                    explanation.summary() + ", for " + runner.object(),
                    explanation.remedies());
        }

        /** @param name of the service account; its namespace is empty where each namespace may have one */
        private ReferenceExplanation tokenInExchange(ObjectName name) {
            if (isClientIdInSecret()) {
                return unknownAccount(name);
            }
            Optional<ServiceAccount> account = findAccount(name);
            ObjectName known = account.map(ServiceAccount::name).orElse(name);
            String clientId = clientIdToExchangeFor(account);
            if (!clientId.isEmpty()) {
                return new ReferenceExplanation(
                        reference,
                        Outcome.IDENTITY,
                        "a token of client ID " + clientId + ", in exchange for that of service account " + known,
                        known.namespace().isEmpty()
                                ? List.of()
                                : FederationAdvice.of(context.cluster(), known, clientId));
            }
            if (account.isEmpty()) {
                return unknownAccount(name);
            }
            return noToken(
                    "service account " + known + " has no annotation " + Keys.CLIENT_ID,
                    WorkloadAdvice.adviseAnnotation(known));
        }

        private Optional<ServiceAccount> findAccount(ObjectName name) {
            return context.cluster().all(ServiceAccount.class).stream()
                    .filter(account -> account.name().name().equals(name.name()))
                    .filter(account ->
                            name.namespace().isEmpty() || account.namespace().equals(name.namespace()))
                    .findFirst();
        }

        /** What the object names, unless the account alone counts; else what the account names; else empty. */
        private String clientIdToExchangeFor(Optional<ServiceAccount> account) {
            boolean isNamed =
                    reference.way() != Way.AMBIENT_OF_ACCOUNT && !clientId().isEmpty();
            if (isNamed) {
                return clientId();
            }
            return account.map(found -> found.metadata().annotations().get(Keys.CLIENT_ID))
                    .orElse("");
        }

        private String clientId() {
            return reference.clientId().text();
        }

        /** Whether the object refers to a key of a Secret, whose value is not read. */
        private boolean isClientIdInSecret() {
            return reference.clientId().exists() && !reference.clientId().keys().isEmpty();
        }

        private ReferenceExplanation noToken(String summary, String remedy) {
            return new ReferenceExplanation(reference, Outcome.NONE, summary, List.of(remedy));
        }

        private ReferenceExplanation unknownAccount(ObjectName name) {
            return unknown("what service account " + name + " has, which is not here");
        }

        private ReferenceExplanation unknown(String summary) {
            return new ReferenceExplanation(reference, Outcome.UNRELATED, summary, List.of());
        }
    }
}
