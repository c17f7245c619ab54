// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import io.podidentity.tokenprovider.internal.engine.TokenCache;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The jar as a program: {@code explain}, {@code token} and {@code help}, to be copied into any pod. */
final class Main {
    private static final String USAGE = """
            usage: java -jar token-provider.jar explain [--resource R] [--connection-string S] [--deadline SECONDS] [--json]
                   java -jar token-provider.jar token --resource R [--connection-string S] [--deadline SECONDS]
                   java -jar token-provider.jar help [SECTION]

            explain  prints where a token comes from, or why there is none; never prints the token
            token    prints only the token, on standard output
            help     prints the documentation of a failure; SECTION is the word after # in a message

            --resource R           the resource, such as https://storage.azure.com/ (explain: https://management.azure.com/)
            --connection-string S  how to sign in, such as RunAs=App; else AzureServicesAuthConnectionString, else all sources
            --deadline SECONDS     how long it may take, 30 by default
            --json                 prints the explanation as JSON

            exit code: 0 with a token, 1 without one, 2 for wrong use
            """;
    private static final int NO_TOKEN = 1;
    private static final int WRONG_USE = 2;

    private final PrintStream out;
    private final PrintStream err;
    private String resource = "https://management.azure.com/";
    private boolean resourceGiven;
    private @Nullable String connectionString;
    private Duration deadline = ProcessCaches.DEFAULT_DEADLINE;
    private boolean json;

    private Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        int exitCode = run(arguments, System.out, System.err);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        return new Main(out, err).run(arguments);
    }

    private int run(String[] arguments) {
        if (arguments.length == 0) {
            return reportWrongUse("a command is missing");
        }
        String command = arguments[0];
        if (command.equals("--help") || command.equals("-h") || command.equals("help")) {
            return printHelp(arguments);
        }
        boolean explain = command.equals("explain");
        if (!explain && !command.equals("token")) {
            return reportWrongUse("there is no command " + withoutValue(command));
        }
        String problem = readOptions(arguments);
        if (problem == null && !explain) {
            problem = findProblemOfToken();
        }
        if (problem != null) {
            return reportWrongUse(problem);
        }
        AzureServiceTokenProvider provider;
        try {
            TokenCache cache = ProcessCaches.forSettings(null, connectionString, Map.of());
            cache.quietenLog();
            provider = new AzureServiceTokenProvider(cache, deadline);
        } catch (IllegalArgumentException | TokenAcquisitionException e) {
            err.println(e.getMessage());
            return WRONG_USE;
        }
        if (explain) {
            return printExplanation(provider);
        }
        return printToken(provider);
    }

    /** What is wrong with the options of the command {@code token}; null for nothing. */
    private @Nullable String findProblemOfToken() {
        if (!resourceGiven) {
            return "--resource is missing";
        }
        if (json) {
            return "--json is for explain";
        }
        return null;
    }

    private int printHelp(String[] arguments) {
        if (arguments.length < 2) {
            out.print(USAGE);
            return 0;
        }
        HelpPage page = new HelpPage();
        String anchor = arguments[1].substring(arguments[1].indexOf('#') + 1);
        String section = page.section(anchor);
        if (section == null) {
            err.println("there is no section " + withoutValue(anchor) + "; there are: "
                    + String.join(", ", page.anchors()));
            return WRONG_USE;
        }
        out.println(section);
        return 0;
    }

    private int printExplanation(AzureServiceTokenProvider provider) {
        Explanation explanation = provider.explain(resource);
        if (json) {
            out.println(explanation.toJson());
        } else {
            out.println(explanation);
        }
        return explanation.hasToken() ? 0 : NO_TOKEN;
    }

    private int printToken(AzureServiceTokenProvider provider) {
        try {
            out.println(provider.getAccessToken(resource));
            return 0;
        } catch (TokenAcquisitionException e) {
            err.println(e.getMessage());
            return NO_TOKEN;
        }
    }

    /** Reads the options after the command. The result says what is wrong with them; null for nothing. */
    private @Nullable String readOptions(String[] arguments) {
        int i = 1;
        while (i < arguments.length) {
            String option = arguments[i++];
            if (option.equals("--json")) {
                json = true;
                continue;
            }
            boolean takesValue =
                    option.equals("--resource") || option.equals("--connection-string") || option.equals("--deadline");
            if (!takesValue) {
                return "there is no option " + withoutValue(option);
            }
            if (i == arguments.length || arguments[i].isBlank()) {
                return option + " needs a value";
            }
            String problem = readOption(option, arguments[i++]);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private @Nullable String readOption(String option, String value) {
        if (option.equals("--resource")) {
            resource = value;
            resourceGiven = true;
        } else if (option.equals("--connection-string")) {
            connectionString = value;
        } else {
            Duration read = parseSeconds(value);
            if (read == null) {
                return "--deadline needs a number of seconds from 0.1 to 3600";
            }
            deadline = read;
        }
        return null;
    }

    private static @Nullable Duration parseSeconds(String text) {
        try {
            double seconds = new BigDecimal(text).doubleValue();
            if (seconds < 0.1 || seconds > 3600) {
                return null;
            }
            return Duration.ofMillis((long) (seconds * 1000));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /**
     * A word of the command line up to the first {@code =}. What follows may be a connection string, which is a secret.
     */
    private static String withoutValue(String typed) {
        int end = typed.indexOf('=');
        if (end < 0) {
            return typed;
        }
        return typed.substring(0, end);
    }

    private int reportWrongUse(String problem) {
        err.println(problem);
        err.println();
        err.print(USAGE);
        return WRONG_USE;
    }
}
