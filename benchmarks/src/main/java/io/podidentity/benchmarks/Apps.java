// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One application with three credentials, and the demo, in the forms of {@link AppForms}: from the start of its process
 * to its first list of blobs, and then under load. Each has one processor and the JVM of a pod of 384 MB; the
 * load and the emulated Azure have the other processor.
 */
final class Apps {
    static final String BLOBS = "/api/blobs";
    static final String IDENTITY = "/api/identity";

    private final Session session;
    private final AppForms forms;
    private final List<String> appProcessor;
    private final List<String> otherProcessor;

    Apps(Session session) throws IOException, InterruptedException {
        this.session = session;
        Path repository = session.classPaths().module().resolveSibling("");
        this.forms = new AppForms(
                session.jdk(),
                repository,
                session.folder().resolve("apps-" + session.jdk().feature()));
        this.appProcessor = Launcher.onProcessor(0);
        this.otherProcessor = Launcher.onProcessor(1);
    }

    /** Only from the start to the first list of blobs, in as many rounds as the options ask for. */
    void measureStarts() throws IOException, InterruptedException {
        if (!canMeasure()) {
            return;
        }
        inTurns(forms.plain(), session.options().rounds(), (form, app) -> {});
    }

    void measureUnderLoad() throws IOException, InterruptedException {
        if (!canMeasure()) {
            return;
        }
        inTurns(forms.make(session::say), roundsUnderLoad(), this::measureUnderLoad);
    }

    /** What else is measured of an application that has started. */
    private interface Further {
        void measure(AppForms.Form form, AppServer app) throws IOException, InterruptedException;
    }

    private boolean canMeasure() throws InterruptedException {
        boolean can = forms.areBuilt() && Launcher.isInstalled("wrk");
        if (!can) {
            session.say("leaving out the apps: they need the jars of demo-app, peer-app and podid, and wrk");
        }
        return can;
    }

    private void inTurns(List<AppForms.Form> all, int rounds, Further further)
            throws IOException, InterruptedException {
        List<String> serve = new ArrayList<>(otherProcessor);
        serve.addAll(
                List.of(session.jdk().java().toString(), "-jar", forms.podid().toString(), "serve", "--json"));
        try (ServerProcess azure = ServerProcess.start(serve, ProcessBuilder.Redirect.DISCARD)) {
            for (int round = 0; round <= rounds; round++) {
                for (AppForms.Form form : all) {
                    session.say("apps, " + form.row() + ", round " + round);
                    measure(form, azure, round, further);
                }
            }
        }
    }

    private int roundsUnderLoad() {
        return Math.min(session.options().rounds(), session.options().quick() ? 5 : 9);
    }

    private void measure(AppForms.Form form, ServerProcess azure, int round, Further further)
            throws IOException, InterruptedException {
        String row = form.row() + ".";
        try (AppServer app = AppServer.start(builder(form, azure), BLOBS)) {
            if (round == 0) {
                // It was only to warm up the machine's caches and the emulator.
                return;
            }
            session.figures().add(row + "first blob ms", app.readyMillis());
            session.figures().add(row + "cpu ms", app.cpuMillis());
            session.figures().add(row + "resident MB", app.residentMegabytes());
            further.measure(form, app);
        }
    }

    private void measureUnderLoad(AppForms.Form form, AppServer app) throws IOException, InterruptedException {
        String row = form.row() + ".";
        boolean quick = session.options().quick();
        String url = "http://127.0.0.1:" + app.port();
        for (String path : List.of(IDENTITY, BLOBS)) {
            Wrk.run(otherProcessor, url + path, quick ? 6 : 15);
            double before = app.cpuMillis();
            Wrk load = Wrk.run(otherProcessor, url + path, quick ? 4 : 10);
            session.figures().add(row + path + " per s", load.perSecond());
            session.figures().add(row + path + " cpu us", (app.cpuMillis() - before) * 1_000 / load.requests());
            session.figures().add(row + path + " p50 ms", load.p50Millis());
            session.figures().add(row + path + " p99 ms", load.p99Millis());
            session.figures().add(row + path + " errors", (double) load.errors());
        }
        session.figures().add(row + "loaded MB", app.residentMegabytes());
    }

    private ProcessBuilder builder(AppForms.Form form, ServerProcess azure) throws IOException {
        List<String> words = new ArrayList<>(appProcessor);
        words.add(form.java().toString());
        words.add("-Djavax.net.ssl.trustStore=" + azure.address("trustStore"));
        words.add("-Djavax.net.ssl.trustStorePassword=changeit");
        words.addAll(form.words());
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.address("imds"));
        builder.environment().put("DEMO_STORAGE_ENDPOINT", azure.address("storage"));
        builder.redirectErrorStream(true)
                .redirectOutput(session.folder().resolve("apps.log").toFile());
        return builder;
    }
}
