// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.maven;

import io.podidentity.podid.check.CheckCommand;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import picocli.CommandLine;

/** Checks manifests as {@code podid check} does, and fails the build if an error is found. */
@Mojo(name = "check", defaultPhase = LifecyclePhase.VERIFY, threadSafe = true)
public final class CheckMojo extends AbstractMojo {

    /** Files and folders with manifests. */
    @Parameter(property = "podid.manifests", defaultValue = "${project.basedir}/k8s")
    @SuppressWarnings("NullAway.Init") // Maven sets it
    private List<File> manifests;

    /** Options of {@code podid check}, such as {@code --fail-on=warning} or {@code --profile=1.8.17}. */
    @Parameter(property = "podid.options")
    private List<String> options = List.of();

    /** Settings, as {@code --config} reads them; read if the file is there. */
    @Parameter(property = "podid.config", defaultValue = "${project.basedir}/.podid.yaml")
    @SuppressWarnings("NullAway.Init") // Maven sets it
    private File config;

    /** Checks nothing. */
    @Parameter(property = "podid.skip")
    private boolean skip;

    /** For Maven. */
    public CheckMojo() {}

    @Override
    public void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("podid.skip is set, so no manifest is checked");
            return;
        }
        var printed = new StringWriter();
        int code = check(new PrintWriter(printed, true));
        Consumer<String> log = code == 0 ? getLog()::info : getLog()::error;
        printed.toString().lines().forEach(log);
        if (code == 1) {
            throw new MojoFailureException("podid check found what will keep pods from their identity in " + manifests
                    + "; what to write is above");
        }
        if (code != 0) {
            throw new MojoExecutionException("podid check cannot use " + manifests + "; why is above");
        }
    }

    private int check(PrintWriter printed) {
        var arguments = new ArrayList<>(options);
        if (config.isFile()) {
            arguments.add("--config=" + config);
        }
        manifests.forEach(path -> arguments.add(path.getPath()));
        return new CommandLine(CheckCommand.class)
                .setOut(printed)
                .setErr(printed)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    printed.println("podid: " + failure.getMessage());
                    return 2;
                })
                .execute(arguments.toArray(String[]::new));
    }
}
