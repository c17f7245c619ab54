package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects the findings of one rule; a finding that is reported twice is there once. Not thread-safe. */
public final class Report {

    private final About about;
    private final Set<Finding> findings = new LinkedHashSet<>();

    public Report(About about) {
        this.about = about;
    }

    /** Reports with the rule's own severity. */
    public void add(FieldLocation location, String message, String remedy, Edit... edits) {
        add(about.severity(), location, message, remedy, edits);
    }

    /** Reports with another severity. */
    public void add(Severity severity, FieldLocation location, String message, String remedy, Edit... edits) {
        add(severity, location.position(), location.object(), message, remedy, edits);
    }

    /** Reports at a position. */
    public void add(Severity severity, Position position, String object, String message, String remedy, Edit... edits) {
        findings.add(new Finding(about, severity, position, object, message, remedy, List.of(edits)));
    }

    public List<Finding> findings() {
        return new ArrayList<>(findings);
    }
}
