package io.podidentity.podid.check.rule;

import io.podidentity.podid.check.source.FieldLocation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects the findings of one rule; a finding that is reported twice is there once. Not thread-safe. */
public final class Report {

    private About about;
    private final Set<Finding> findings = new LinkedHashSet<>();

    public Report(About about) {
        this.about = about;
    }

    Report says(String line) {
        about = about.says(line);
        return this;
    }

    Report remedy(String remedy) {
        about = about.remedy(remedy);
        return this;
    }

    About about() {
        return about;
    }

    /** The rule's own remedy, as a sentence. */
    public String remedy() {
        return about.remedy() + ".";
    }

    public void add(FieldLocation location, String message) {
        add(location, message, remedy());
    }

    public void add(FieldLocation location, String message, String remedy, Edit... edits) {
        add(about.severity(), location, message, remedy, edits);
    }

    /**
     * Reports that something is not there; for information where it may be in what was not looked at.
     *
     * @param message that something is missing
     */
    void addAbsence(RuleContext context, FieldLocation location, String message, String remedy, Edit... edits) {
        if (context.missed().isEmpty()) {
            add(location, message, remedy, edits);
        } else {
            add(Severity.INFO, location, message + "; not all of the input was looked at", remedy, edits);
        }
    }

    public void addValue(FieldLocation location, String message, String meant) {
        add(location, message, "Write: " + location.key() + ": " + meant, Edit.value(location, meant));
    }

    public void addKey(FieldLocation written, String key, String meant, String remedy) {
        add(written, "the key is " + key + " and must be " + meant, remedy, Edit.key(written.position(), key, meant));
    }

    public void add(Severity severity, FieldLocation location, String message, String remedy, Edit... edits) {
        findings.add(
                new Finding(about, severity, location.position(), location.object(), message, remedy, List.of(edits)));
    }

    public List<Finding> findings() {
        return new ArrayList<>(findings);
    }
}
