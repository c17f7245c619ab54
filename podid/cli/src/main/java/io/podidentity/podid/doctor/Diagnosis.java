// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.json.Json;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What was found out about a namespace; the findings are errors and warnings that no workload has told. */
record Diagnosis(
        String namespace,
        Profile profile,
        String reason,
        List<Workload> workloads,
        List<Finding> findings,
        List<Live.MissingRight> missing,
        LiveText places) {

    private static final String INDENT = " ".repeat(20);

    /**
     * What was found out about a workload. Its links end at the first that fails; its story is what {@code explain}
     * tells, empty if nobody asked for it.
     */
    record Workload(ObjectRef object, List<Link> links, String story) {

        boolean has(Link.State state) {
            return links.stream().anyMatch(link -> link.state() == state);
        }
    }

    enum Verdict {
        HEALTHY,
        BROKEN,
        /** Nothing is known to be wrong, and not all of what could be was seen. */
        UNKNOWN
    }

    Verdict verdict() {
        if (count(Link.State.FAILED) > 0 || findings.stream().anyMatch(Diagnosis::isError)) {
            return Verdict.BROKEN;
        }
        return count(Link.State.UNKNOWN) > 0 || isBlind() ? Verdict.UNKNOWN : Verdict.HEALTHY;
    }

    private long count(Link.State state) {
        return workloads.stream().filter(workload -> workload.has(state)).count();
    }

    /** Whether there may be workloads, or what concerns them all, that the user could not see. */
    private boolean isBlind() {
        return missing.stream().anyMatch(right -> right.remedy().isEmpty() || Live.KINDS.contains(right.what()));
    }

    /** A finding by its object and field, since there is no file. */
    static String said(Finding finding, LiveText places) {
        String path = places.path(finding.position().line());
        return finding.object() + (path.isEmpty() ? "" : " " + path) + ": " + places.named(finding.message()) + " ["
                + finding.about().id() + " " + finding.about().rule() + "]";
    }

    static boolean isError(Finding finding) {
        return finding.severity() == Severity.ERROR;
    }

    /** For people; with a line end. */
    String text() {
        var lines = new ArrayList<String>();
        lines.add("Namespace " + namespace + ", profile " + profile.id() + " (" + reason + ")");
        if (workloads.isEmpty()) {
            lines.add("\nNo pod that you may see is meant to have an Azure identity.");
        }
        for (Workload workload : workloads) {
            lines.add("\n" + workload.object());
            for (Link link : workload.links()) {
                String state = link.state().word();
                lines.add(String.format(Locale.ROOT, "  %-6s  %-8s  %s", state, link.name(), link.what()));
                link.next().forEach(next -> lines.add(INDENT + next));
            }
        }
        if (!findings.isEmpty()) {
            lines.add("\nThe checks say also:");
        }
        for (Finding finding : findings) {
            lines.add("  " + finding.severity().id() + "  " + said(finding, places));
            lines.add(INDENT + places.named(finding.remedy()));
        }
        workloads.stream()
                .filter(workload -> !workload.story().isEmpty())
                .forEach(workload -> lines.add("\n" + workload.story().stripTrailing()));
        if (!missing.isEmpty()) {
            lines.add("\nCould not see:");
        }
        missing.forEach(right ->
                lines.add(("  " + right.what() + ": " + right.why() + "\n" + INDENT + right.remedy()).stripTrailing()));
        lines.add("\n" + conclusion() + "\n");
        return String.join("\n", lines);
    }

    private String conclusion() {
        String all = " of " + workloads.size() + " workloads";
        long errors = findings.stream().filter(Diagnosis::isError).count();
        return switch (verdict()) {
            case HEALTHY -> "Healthy.";
            case BROKEN ->
                "Not healthy: " + count(Link.State.FAILED) + all + ", " + errors
                        + (errors == 1 ? " more error." : " more errors.");
            case UNKNOWN ->
                "Not known: " + count(Link.State.UNKNOWN) + all
                        + (isBlind() ? ", and there may be more that could not be seen." : ".");
        };
    }

    /** For programs. */
    String json() {
        return Json.write(object(
                "verdict", verdict().name().toLowerCase(Locale.ROOT),
                "namespace", namespace,
                "profile", profile.id(),
                "reason", reason,
                "workloads",
                        list(
                                workloads,
                                workload -> object(
                                        "object",
                                        workload.object().toString(),
                                        "links",
                                        list(workload.links(), Diagnosis::link))),
                "findings",
                        list(
                                findings,
                                finding -> object(
                                        "id", finding.about().id(),
                                        "rule", finding.about().rule(),
                                        "severity", finding.severity().id(),
                                        "object", finding.object().toString(),
                                        "field", places.path(finding.position().line()),
                                        "message", places.named(finding.message()),
                                        "remedy", places.named(finding.remedy()))),
                "missingRights",
                        list(
                                missing,
                                right -> object("what", right.what(), "why", right.why(), "remedy", right.remedy()))));
    }

    private static Map<String, Object> link(Link link) {
        return object("name", link.name(), "state", link.state().id(), "what", link.what(), "next", link.next());
    }

    private static <T> List<Map<String, Object>> list(List<T> all, Function<T, Map<String, Object>> form) {
        return all.stream().map(form).toList();
    }

    /** @param fields a key, its value, and so on */
    private static Map<String, Object> object(Object... fields) {
        var object = new LinkedHashMap<String, Object>();
        for (int i = 0; i < fields.length; i += 2) {
            object.put(String.valueOf(fields[i]), fields[i + 1]);
        }
        return object;
    }
}
