// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import io.podidentity.podid.check.CheckCommand;
import io.podidentity.podid.check.azure.FactsCommand;
import io.podidentity.podid.doctor.DoctorCommand;
import io.podidentity.podid.explain.ExplainCommand;
import io.podidentity.podid.input.UnusableInputException;
import io.podidentity.podid.lend.LendCommand;
import io.podidentity.podid.migrate.MigrateCommand;
import io.podidentity.podid.run.RunCommand;
import io.podidentity.podid.scope.ScopeCommand;
import io.podidentity.podid.serve.ServeCommand;
import io.podidentity.podid.text.PrintableWriter;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "podid",
        description = "Shows how a pod gets its Azure identity: emulates, explains, checks, migrates and tests"
                + " it. Also lends your sign-in to containers, and a workload's identity to a program on"
                + " this machine.",
        mixinStandardHelpOptions = true,
        versionProvider = Podid.class)
final class Podid implements Callable<Integer>, IVersionProvider {

    /** The names of the commands, in the order of the help. */
    private enum CommandName {
        serve,
        explain,
        check,
        facts,
        lend,
        migrate,
        run,
        doctor,
        scope;

        /** Not a field, since a field of each name would load the classes of all commands at each start. */
        Class<?> commandClass() {
            return switch (this) {
                case serve -> ServeCommand.class;
                case explain -> ExplainCommand.class;
                case check -> CheckCommand.class;
                case facts -> FactsCommand.class;
                case lend -> LendCommand.class;
                case migrate -> MigrateCommand.class;
                case run -> RunCommand.class;
                case doctor -> DoctorCommand.class;
                case scope -> ScopeCommand.class;
            };
        }

        static Optional<CommandName> find(String text) {
            for (CommandName name : values()) {
                if (name.name().equals(text)) {
                    return Optional.of(name);
                }
            }
            return Optional.empty();
        }
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    Podid() {}

    public static void main(String... arguments) {
        String first = arguments.length == 0 ? "" : arguments[0];
        if (first.equals("--version") || first.equals("-V")) {
            // Picocli's start would take three quarters of the time.
            System.out.println(new Podid().getVersion()[0]);
            return;
        }
        CommandLine podid = commandLine(first);
        try {
            System.exit(writingTo(podid.getOut(), podid.getErr(), podid).execute(arguments));
        } catch (OutOfMemoryError e) {
            System.err.println("podid: the memory of this process, "
                    + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MiB, is not enough. Name fewer files, or give it more: java -Xmx8g -jar podid.jar");
            System.exit(podid.getCommandSpec().exitCodeOnInvalidInput());
        }
    }

    /** With the one command that is named, since picocli reads all that it has; with all of them for the help. */
    static CommandLine commandLine(String name) {
        var podid = new CommandLine(new Podid());
        Optional<CommandName> named = CommandName.find(name);
        if (named.isPresent()) {
            podid.addSubcommand(named.get().commandClass());
        } else {
            for (CommandName command : CommandName.values()) {
                podid.addSubcommand(command.commandClass());
            }
            podid.addSubcommand(new HelpCommand());
        }
        // Picocli would break long lines of the footer, whose addresses and commands are to be copied.
        Map<String, IHelpSectionRenderer> sections = podid.getHelpSectionMap();
        sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, Podid::renderFooter);
        return podid.setHelpSectionMap(sections);
    }

    private static String renderFooter(Help help) {
        String[] lines = help.commandSpec().usageMessage().footer();
        return String.format(String.join("%n", lines) + "%n");
    }

    /** Lets it print to these; what it prints has words of manifests in it, which are not its user's. */
    static CommandLine writingTo(PrintWriter out, PrintWriter err, CommandLine podid) {
        return handlingFailures(podid.setOut(PrintableWriter.over(out)).setErr(PrintableWriter.over(err)));
    }

    private static CommandLine handlingFailures(CommandLine podid) {
        IParameterExceptionHandler withUsage = podid.getParameterExceptionHandler();
        return podid.setExecutionExceptionHandler((failure, command, parsed) -> {
                    printFailure(failure, command);
                    return command.getCommandSpec().exitCodeOnExecutionException();
                })
                .setParameterExceptionHandler((failure, arguments) -> {
                    // The use was right, so it would not help to print how podid is used.
                    if (failure instanceof UnusableInputException) {
                        CommandLine command = failure.getCommandLine();
                        printFailure(failure, command);
                        return command.getCommandSpec().exitCodeOnInvalidInput();
                    }
                    return withUsage.handleParseException(failure, arguments);
                });
    }

    private static void printFailure(Exception failure, CommandLine command) {
        command.getErr().println("podid: " + failure.getMessage());
    }

    /** As the jar's manifest has it. */
    @Override
    public String[] getVersion() {
        String version = Podid.class.getPackage().getImplementationVersion();
        return new String[] {"podid " + (version == null ? "from a folder of classes" : version)};
    }

    @Override
    public Integer call() {
        List<String> names =
                Arrays.stream(CommandName.values()).map(CommandName::name).toList();
        throw new ParameterException(spec.commandLine(), "Missing command: use one of " + String.join(", ", names));
    }
}
