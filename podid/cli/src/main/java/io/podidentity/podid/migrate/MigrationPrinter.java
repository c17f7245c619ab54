// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;

/** Prints what a migration found, in lines that begin with a word for what the line is about. Not thread-safe. */
final class MigrationPrinter {

    private final Migration migration;
    private final PrintWriter out;

    MigrationPrinter(Migration migration, PrintWriter out) {
        this.migration = migration;
        this.out = out;
    }

    /** Prints what was not looked at, which is why nothing is written. */
    void printMissed() {
        migration.missed().forEach(missed -> print("unread " + missed));
        out.println("Nothing is written: with --strict all of the input must be looked at");
        out.flush();
    }

    /** Prints why no pod is moved. */
    void printNothingMoved() {
        printPods();
        out.println("Nothing is written: no pod can be moved before the lines above are done");
        out.flush();
    }

    /** Prints why the changed files may not be written. */
    void printRefusal() {
        printPods();
        migration.obstacles().forEach(obstacle -> print("refuse " + obstacle));
        for (PodOutcome outcome : migration.outcomes()) {
            // A change by hand that another line asks for is what the token lacks.
            if (!migration
                    .changes()
                    .manualSteps()
                    .isAbout(outcome.move().source().object())) {
                printTasks(outcome.remedies());
            }
        }
        printTasks(MoveReport.listDecisions(migration));
        out.println("Nothing is written: all of it must render, and each pod keep its own identity and start. Do or"
                + " decide what the lines above say, and run this again");
        out.flush();
    }

    /** Prints where the changed files are, and what is left to do. */
    void printWritten(Path folder) {
        printPods();
        printTasks(migration.pending());
        printTasks(migration.changes().manualSteps().steps());
        out.println("Wrote " + folder + ". Read " + folder.resolve(MigrateCommand.REPORT) + ", then run "
                + folder.resolve(MigrateCommand.SCRIPT));
        out.flush();
    }

    private void printPods() {
        migration.outcomes().forEach(outcome -> print(outcome.describe()));
        for (MovePlan plan : migration.plans()) {
            String place = migration.describePlace(plan);
            plan.stays().forEach((pod, reason) -> print("left   " + pod + place + ": " + reason));
        }
        migration.asks().forEach(ask -> print("ask    " + ask));
    }

    private void printTasks(Collection<String> tasks) {
        tasks.forEach(task -> print("do     " + migration.hideStage(task)));
    }

    /** Prints one line, since a value of a manifest may have line breaks. */
    private void print(String line) {
        out.println(line.replaceAll("\\R", " "));
    }
}
