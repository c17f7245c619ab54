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
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "podid",
        description = "Emulates the services that give a pod its Azure identity, on this machine only; lends its"
                + " user's sign-in to containers, and a workload's identity to a program here.",
        mixinStandardHelpOptions = true,
        version = "podid 0.1.0",
        subcommands = {
            ServeCommand.class,
            ExplainCommand.class,
            CheckCommand.class,
            FactsCommand.class,
            LendCommand.class,
            MigrateCommand.class,
            RunCommand.class,
            DoctorCommand.class,
            ScopeCommand.class
        })
final class Podid implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    Podid() {}

    public static void main(String... arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        var podid = new CommandLine(new Podid());
        return writingTo(podid.getOut(), podid.getErr(), podid);
    }

    /** What it prints has words of manifests in it, which are not its user's. */
    static CommandLine writingTo(PrintWriter out, PrintWriter err, CommandLine podid) {
        return handlingFailures(podid.setOut(PrintableWriter.over(out)).setErr(PrintableWriter.over(err)));
    }

    private static CommandLine handlingFailures(CommandLine podid) {
        IParameterExceptionHandler withUsage = podid.getParameterExceptionHandler();
        return podid.setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("podid: " + failure.getMessage());
                    return command.getCommandSpec().exitCodeOnExecutionException();
                })
                .setParameterExceptionHandler((failure, arguments) -> {
                    if (failure instanceof UnusableInputException) {
                        CommandLine command = failure.getCommandLine();
                        command.getErr().println("podid: " + failure.getMessage());
                        return command.getCommandSpec().exitCodeOnInvalidInput();
                    }
                    return withUsage.handleParseException(failure, arguments);
                });
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing command: use serve, explain, check, facts, lend, migrate, run, doctor or scope");
    }
}
