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
 * What a driver, an operator or a sidecar gets by an object that refers to an identity.
 *
 * @param outcome {@link Outcome#UNRELATED} if it is not known, since what gets the token is in other files
 * @param remedies what to change; empty if nothing must be
 */
public record ReferenceExplanation(
        IdentityReference reference, Outcome outcome, String summary, List<String> remedies) {

    public static List<ReferenceExplanation> all(RuleContext context, Explainer explainer) {
        return context.references().stream()
                .map(one -> of(one, context, explainer))
                .toList();
    }

    private static ReferenceExplanation of(IdentityReference one, RuleContext context, Explainer explainer) {
        Optional<PodSource> runner = one.runners().stream().findFirst();
        if (one.way() == Way.NODE) {
            return node(one);
        }
        if (one.way() == Way.NMI && !context.profile().hasNmi()) {
            return new ReferenceExplanation(
                    one,
                    Outcome.NONE,
                    "it takes its identity from NMI, which this cluster does not have",
                    instead(one));
        }
        if (one.account().isPresent()) {
            return exchanged(one, context, one.account().get());
        }
        if (runner.isEmpty()) {
            String clientId = one.clientId().text();
            return unknown(
                    one,
                    (clientId.isEmpty() ? "" : "client ID " + clientId + ", ") + "by "
                            + one.kind().runner() + ", which is not here");
        }
        boolean isChanged = runner.get().usesWorkloadIdentity();
        if (one.way() == Way.WORKLOAD && one.needsWebhook() && !isChanged) {
            return new ReferenceExplanation(
                    one,
                    Outcome.NONE,
                    runner.get().object() + ", which gets the token for it, lacks the label " + Keys.USE + ": \"true\"",
                    List.of("Add the label to its pods, and a service account with " + Keys.CLIENT_ID + ": "
                            + one.kind().page()));
        }
        boolean isAmbient = one.way() == Way.AMBIENT || one.way() == Way.AMBIENT_OF_ACCOUNT;
        if (one.way() == Way.WORKLOAD || (isAmbient && isChanged)) {
            return exchanged(
                    one,
                    context,
                    new ObjectName(runner.get().namespace(), runner.get().serviceAccount()));
        }
        return one.way() != Way.NMI
                        && !(context.profile().hasNmi() && runner.get().asksForBinding())
                ? node(one)
                : ofNmi(one, runner.get(), explainer);
    }

    private static ReferenceExplanation node(IdentityReference one) {
        String clientId = one.clientId().text();
        return new ReferenceExplanation(
                one,
                Outcome.NODE,
                "a token of " + (clientId.isEmpty() ? "the node's only identity" : "client ID " + clientId)
                        + ", which must be on the node, where each pod can use it",
                List.of());
    }

    private static ReferenceExplanation unknown(IdentityReference one, String summary) {
        return new ReferenceExplanation(one, Outcome.UNRELATED, summary, List.of());
    }

    private static List<String> instead(IdentityReference one) {
        return List.of("Write " + one.kind().instead() + ": " + one.kind().page());
    }

    private static ReferenceExplanation ofNmi(IdentityReference one, PodSource runner, Explainer explainer) {
        String clientId = one.clientId().text();
        Explanation explanation = explainer.explain(
                runner.pod(), Explainer.DEFAULT_QUERY + (clientId.isEmpty() ? "" : "&client_id=" + clientId));
        return new ReferenceExplanation(
                one, explanation.outcome(), explanation.summary() + ", for " + runner.object(), explanation.remedies());
    }

    private static ReferenceExplanation exchanged(IdentityReference one, RuleContext context, ObjectName name) {
        Optional<ServiceAccount> account = context.cluster().all(ServiceAccount.class).stream()
                .filter(each -> each.name().name().equals(name.name()))
                .filter(each -> name.namespace().isEmpty() || each.namespace().equals(name.namespace()))
                .findFirst();
        String clientId = Optional.of(one.clientId().text())
                .filter(text -> !text.isEmpty() && one.way() != Way.AMBIENT_OF_ACCOUNT)
                .or(() -> account.map(each -> each.metadata().annotations().get(Keys.CLIENT_ID)))
                .orElse("");
        ObjectName known = account.map(ServiceAccount::name).orElse(name);
        boolean isInSecret = one.clientId().exists() && !one.clientId().keys().isEmpty();
        if (!clientId.isEmpty() && !isInSecret) {
            return new ReferenceExplanation(
                    one,
                    Outcome.IDENTITY,
                    "a token of client ID " + clientId + ", in exchange for that of service account " + known,
                    known.namespace().isEmpty() ? List.of() : FederationAdvice.of(context.cluster(), known, clientId));
        }
        return account.isEmpty() || isInSecret
                ? unknown(one, "what service account " + name + " has, which is not here")
                : new ReferenceExplanation(
                        one,
                        Outcome.NONE,
                        "service account " + known + " has no annotation " + Keys.CLIENT_ID,
                        List.of(WorkloadAdvice.annotate(known)));
    }
}
