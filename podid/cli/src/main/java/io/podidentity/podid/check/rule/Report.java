// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.podid.check.source.FieldLocation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects the findings of one rule; a finding that is reported twice is there once. Not thread-safe. */
public final class Report {

    /** What the places of a chart's objects begin with, where it is rendered with its own values alone. */
    private static final String CHART = "helm template release ";

    private About about;
    private final Set<Finding> findings = new LinkedHashSet<>();

    public Report(About about) {
        this.about = about;
    }

    /** Sets what is wrong, in one sentence without a full stop. */
    Report says(String line) {
        about = about.withLine(line);
        return this;
    }

    /** Sets what to do in general, without a full stop. */
    Report remedy(String remedy) {
        about = about.withRemedy(remedy);
        return this;
    }

    /** Lets {@code explain} take the words of a finding where a pod has one of these. */
    Report explains(Symptom... symptoms) {
        about = about.withSymptoms(symptoms);
        return this;
    }

    /** Lets {@code doctor} leave the rule out where the user may not see this. */
    Report needs(Sight... sights) {
        about = about.withNeeds(sights);
        return this;
    }

    About about() {
        return about;
    }

    /** The rule's own remedy, as a sentence. */
    public String remedy() {
        return about.remedy() + ".";
    }

    /** Reports a mistake with the rule's own severity and remedy; the message is without a full stop. */
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
            addOfValues(location, message, remedy, edits);
        } else {
            add(Severity.INFO, location, message + "; not all of the input was looked at", remedy, edits);
        }
    }

    /** As {@link #add}; for information where a chart was rendered with its own values, as a user sets others. */
    void addOfValues(FieldLocation location, String message, String remedy, Edit... edits) {
        if (location.position().file().startsWith(CHART)) {
            add(Severity.INFO, location, message + ", with the chart's own values", remedy, edits);
        } else {
            add(location, message, remedy, edits);
        }
    }

    /**
     * Reports that something is in another namespace; for information where a file does not say the namespace of one
     * of the two, since whoever applies the file does.
     *
     * @param isPlaced whether the files say both namespaces
     */
    void addElsewhere(boolean isPlaced, FieldLocation location, String message, String remedy) {
        if (isPlaced) {
            add(location, message, remedy);
        } else {
            add(Severity.INFO, location, message + ", unless it is applied there", remedy);
        }
    }

    /** Reports a wrong value whose right one is certain, so that {@code --fix} can write it. */
    public void addValue(FieldLocation location, String message, String meant) {
        add(location, message, "Write: " + location.key() + ": " + meant, Edit.replaceValue(location, meant));
    }

    /** Reports a wrong key whose right one is certain, so that {@code --fix} can write it. */
    public void addKey(FieldLocation written, String key, String meant, String remedy) {
        add(
                written,
                "the key is " + key + " and must be " + meant,
                remedy,
                Edit.replaceKey(written.position(), key, meant));
    }

    public void add(Severity severity, FieldLocation location, String message, String remedy, Edit... edits) {
        findings.add(new Finding(
                about,
                severity,
                location.position(),
                location.object(),
                location.path(),
                message,
                remedy,
                List.of(edits)));
    }

    public List<Finding> findings() {
        return new ArrayList<>(findings);
    }
}
