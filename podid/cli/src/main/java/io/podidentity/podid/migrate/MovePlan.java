// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.podid.check.rule.RuleContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What becomes of one cluster. Pods that stay are listed through their name, with the reason.
 *
 * @param stays pods that get no identity through their label today, or not that of a binding
 * @param undecided pods that get one and cannot be moved before a person has done or decided something
 * @param unseen the label where no pod was read
 */
record MovePlan(
        RuleContext context,
        List<PodMove> moves,
        Map<String, String> stays,
        Map<String, String> undecided,
        UnseenLabels unseen,
        List<AccountMove> accounts,
        List<String> notes) {

    /** What a person must do before this cluster is moved; sentences without a full stop. */
    List<String> asks() {
        var asks = new ArrayList<String>();
        undecided.forEach((subject, question) -> asks.add(subject + ": " + question));
        asks.addAll(unseen.asks());
        return asks;
    }

    /** Why pods are not moved. */
    List<String> reasonsToStay() {
        var reasons = new ArrayList<String>(stays.values());
        reasons.addAll(undecided.values());
        return reasons;
    }

    /**
     * Where the first object is written. All objects of a cluster are in one rendered text, or in files of the user.
     */
    Position position() {
        return context.manifests().objects().stream()
                .findFirst()
                .map(object -> object.content().position())
                .orElse(Position.NOWHERE);
    }

    /** The folder that kubectl renders, or a file. */
    String environment() {
        return position().file().replace("kubectl kustomize ", "");
    }

    /** The federated credentials, each once; for each identity no more than Azure allows. */
    List<Federation> federations() {
        return Federations.collect(moves).allowed();
    }

    /** The federated credentials that the pods need and Azure does not allow. */
    List<Federation> federationsOverLimit() {
        return Federations.collect(moves).overLimit();
    }
}
