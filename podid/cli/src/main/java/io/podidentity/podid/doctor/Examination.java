// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.rule.Sight;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.doctor.Diagnosis.Workload;
import io.podidentity.podid.explain.Explainer;
import io.podidentity.podid.explain.Explanation;
import io.podidentity.podid.explain.Explanation.Outcome;
import io.podidentity.podid.explain.ReferenceExplanation;
import io.podidentity.podid.explain.Step;
import io.podidentity.podid.explain.TextReport;
import io.podidentity.podid.input.FittingProfile;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.run.WorkloadName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Examines a cluster that was read: by the rules of {@code check}, by {@code explain}, and by what really runs. */
final class Examination {

    private final Live live;
    private final Kubectl kubectl;
    private final TokenTrial.Wish trial;
    private final LiveText places = new LiveText();
    private final FittingProfile fitting;
    private final Manifests manifests;
    private final RuleContext context;
    private final Explainer explainer;
    private final List<Finding> findings;

    Examination(Live live, Kubectl kubectl, TokenTrial.Wish trial) {
        this.live = live;
        this.kubectl = kubectl;
        this.trial = trial;
        live.objects().stream().filter(object -> !live.isMade(object)).forEach(places::add);
        String text = places.text();
        // NMI itself is in another namespace, and tells the version.
        var parts = new LiveText();
        live.parts().orElse(List.of()).forEach(parts::add);
        this.fitting = FittingProfile.of(new ManifestReader(Profile.V1_8_17)
                .readText(LiveText.FILE, text + parts.text())
                .objects());
        this.manifests = new ManifestReader(fitting.profile()).readText(LiveText.FILE, text);
        MatchRules rules = MatchRules.of(fitting.profile());
        this.context = new RuleContext(manifests, rules, AzureFacts.NONE);
        this.explainer = new Explainer(manifests, rules, Instant.now());
        this.findings = AllRules.check(context).stream()
                .filter(finding -> finding.severity() != Severity.INFO)
                .filter(finding -> canBelieve(finding.about()))
                .filter(finding -> finding.object().namespace().equals(live.namespace()))
                .toList();
    }

    /** What only seems to be missing, since the user may not see it, is not reported. */
    private boolean canBelieve(About rule) {
        return rule.needs().stream().allMatch(this::sees);
    }

    private boolean sees(Sight sight) {
        return switch (sight) {
            // It is one namespace that is read.
            case EVERYTHING -> false;
            case POD_IDENTITY_OBJECTS -> live.sees("aadpodidentity.k8s.io");
            case SERVICE_ACCOUNTS -> live.sees("serviceaccounts");
        };
    }

    List<String> names() {
        return sources().stream()
                .map(source -> source.kind().toLowerCase(Locale.ROOT) + "/" + name(source))
                .toList();
    }

    private List<PodSource> sources() {
        return context.pods().stream()
                .filter(source -> source.pod().namespace().equals(live.namespace()))
                .toList();
    }

    private static String name(PodSource source) {
        return source.manifest().at("metadata", "name").text();
    }

    private List<String> named(List<String> sentences) {
        return sentences.stream().map(places::named).toList();
    }

    /** Examines all workloads that are meant to have an identity, or the one that is asked for. */
    Diagnosis examine(Optional<String> workload) throws InterruptedException {
        var workloads = new ArrayList<Workload>();
        for (PodSource source : sources()) {
            Explanation explanation = explainer.survey(source.pod(), Explainer.DEFAULT_QUERY);
            if (workload.map(asked -> isAskedFor(source, asked)).orElse(explanation.outcome() != Outcome.UNRELATED)) {
                workloads.add(of(source, explanation, workload.isPresent()));
            }
        }
        ReferenceExplanation.all(context, explainer).stream()
                .filter(one -> one.reference().namespace().equals(live.namespace()))
                .filter(one -> workload.isEmpty()
                        || one.reference().runners().stream().anyMatch(source -> isAskedFor(source, workload.get())))
                .map(this::of)
                .forEach(workloads::add);
        return new Diagnosis(
                live.namespace(),
                fitting.profile(),
                fitting.reason(live.sees("aadpodidentity") ? "in the cluster" : "in what you may see"),
                workloads,
                untold(workload, workloads),
                live.missing(),
                places);
    }

    /** By its name, or as kubectl takes it: a kind or a short form of it, a slash, and the name. */
    private static boolean isAskedFor(PodSource source, String workload) {
        String kind = workload.substring(0, Math.max(0, workload.indexOf('/'))).toLowerCase(Locale.ROOT);
        String asked = workload.substring(workload.indexOf('/') + 1);
        return (name(source).equals(asked) || source.pod().name().name().equals(asked))
                && source.kind().toLowerCase(Locale.ROOT).startsWith(WorkloadName.singular(kind));
    }

    private Workload of(PodSource source, Explanation explanation, boolean isAskedFor) throws InterruptedException {
        String name = name(source);
        var links = new ArrayList<Link>();
        var pods = new WorkloadPods(live, source.kind(), name);
        boolean signsIn = signsInItself(source, explanation, pods);
        links.add(
                signsIn
                        ? Link.ok("objects", "variables of its containers say as whom they sign in")
                        : written(explanation));
        if (!links.get(0).isFailed()) {
            errors(explanation, source.object()).forEach(links::add);
        }
        if (signsIn || explanation.outcome() == Outcome.IDENTITY) {
            links.addAll(running(source, explanation, pods));
        } else if (links.get(0).state() == Link.State.UNKNOWN) {
            links.addAll(pods.links());
        }
        String story = isAskedFor || links.get(0).isFailed() ? places.named(TextReport.of(explanation)) : "";
        return new Workload(source.object(), links, story);
    }

    /** Whether containers have in their variables what label and account lack, by themselves or from a ConfigMap. */
    private boolean signsInItself(PodSource source, Explanation explanation, WorkloadPods pods) {
        return explanation.outcome() == Outcome.NONE
                && Set.of("label", "account").contains(end(explanation))
                && live.find("ServiceAccount", live.namespace(), Webhook.serviceAccount(source.pod()))
                        .isPresent()
                && new WorkloadLinks(live, source.pod(), source.kind(), pods).signsIn();
    }

    /** The name of the step at which the way to an identity ends; empty if it leads there. */
    private static String end(Explanation explanation) {
        return explanation.steps().stream()
                .filter(Step::isEnd)
                .map(Step::name)
                .findFirst()
                .orElse("");
    }

    /** Of what is elsewhere nothing is said. */
    private Workload of(ReferenceExplanation one) {
        String gets = places.named(one.summary());
        Link link = switch (one.outcome()) {
            case NONE -> Link.failed("objects", gets, named(one.remedies()));
            case UNRELATED -> Link.skipped("objects", gets);
            default -> Link.ok("objects", "they lead to " + gets);
        };
        return new Workload(one.reference().object().object(), List.of(link), "");
    }

    private Link written(Explanation explanation) {
        String summary = places.named(explanation.summary());
        if (explanation.outcome() == Outcome.NONE && isBlind(explanation)) {
            return Link.unknown(
                    "objects", "you may not see all of what leads to an identity; in what you may, " + summary);
        }
        if (explanation.outcome() == Outcome.NONE) {
            return failed(explanation, summary);
        }
        return explanation.outcome() == Outcome.IDENTITY
                ? Link.ok("objects", "they lead to " + summary)
                : Link.skipped("objects", summary);
    }

    private Link failed(Explanation explanation, String summary) {
        List<String> remedies = named(explanation.remedies());
        if (!explanation.place().file().equals(LiveText.FILE)) {
            return Link.failed("objects", summary, remedies);
        }
        return Link.failed("objects", places.named(explanation.place() + ": ") + summary, remedies)
                .about(places.object(explanation.place().line()));
    }

    /** Whether what is missing may be there, where the user may not see it. */
    private boolean isBlind(Explanation explanation) {
        return switch (end(explanation)) {
            case "label", "network" -> false;
            case "account" -> !live.sees("serviceaccounts");
            default -> !live.sees("aadpodidentity.k8s.io");
        };
    }

    private List<Link> running(PodSource source, Explanation explanation, WorkloadPods pods)
            throws InterruptedException {
        if (explanation.nmi() != null) {
            return new PodIdentityLinks(live, fitting.profile(), pods).links();
        }
        Pod pod = source.pod();
        var workload = new WorkloadLinks(live, pod, source.kind(), pods);
        var links = new ArrayList<>(workload.links());
        if (links.stream().noneMatch(Link::isFailed)) {
            var account = new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
            for (ContainerCredential one : distinct(workload.exchanged())) {
                links.addAll(
                        new TokenTrial(kubectl, trial, manifests.cluster(), account, workload.isBound(), one).links());
            }
        }
        pods.ready().ifPresent(links::add);
        return links;
    }

    /** Containers that exchange the same are tried once. */
    private static List<ContainerCredential> distinct(List<ContainerCredential> all) {
        return List.copyOf(all.stream()
                .collect(Collectors.toMap(
                        one -> List.of(one.clientId(), one.tenant(), one.authority(), one.audience()),
                        one -> one,
                        (first, same) -> first,
                        LinkedHashMap::new))
                .values());
    }

    private Stream<Link> errors(Explanation explanation, ObjectRef workload) {
        return findings.stream()
                .filter(Diagnosis::isError)
                .filter(finding -> finding.object().equals(workload)
                        || explanation.objects().contains(finding.object()))
                .map(finding -> Link.failed("check", Diagnosis.said(finding, places), places.named(finding.remedy()))
                        .about(finding.object()));
    }

    /** All but those that a failed link tells, or that are about what a failed link tells. */
    private List<Finding> untold(Optional<String> workload, List<Workload> workloads) {
        Set<ObjectRef> told = workloads.stream()
                .flatMap(one -> one.links().stream())
                .filter(Link::isFailed)
                .flatMap(link -> link.about().stream())
                .collect(Collectors.toSet());
        Set<ObjectRef> ill = workloads.stream()
                .filter(one -> one.has(Link.State.FAILED))
                .map(Workload::object)
                .collect(Collectors.toSet());
        return findings.stream()
                .filter(finding -> workload.isEmpty()
                        || workloads.stream().anyMatch(one -> one.object().equals(finding.object())))
                .filter(finding -> !ill.contains(finding.object()))
                .filter(finding -> !told.contains(finding.object()))
                .toList();
    }
}
