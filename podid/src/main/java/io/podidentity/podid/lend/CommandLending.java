package io.podidentity.podid.lend;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Lends tokens to one program, for as long as another command of podid runs it.
 *
 * <p><i>Lifecycle:</i> answers from {@link #start} until {@link #close}.
 */
public final class CommandLending implements AutoCloseable {

    private final Lending lending;

    private CommandLending(Lending lending) {
        this.lending = lending;
    }

    /**
     * Begins to lend.
     *
     * @param resources for which
     * @param bind where to listen: {@code docker}, {@code podman} or an address that other machines do not reach
     * @param log takes a line for each token
     * @throws IllegalArgumentException if a resource or the address cannot be used
     * @throws java.io.UncheckedIOException if no port can be had
     */
    public static CommandLending start(
            AzureServiceTokenProvider tokens, List<String> resources, String bind, PrintWriter log) {
        Clock clock = Clock.systemUTC();
        var terms = new Terms(AllowedResources.of(resources), Borrowers.named(List.of("command")), Instant.MAX, false);
        InetAddress address = BindAddress.ofThisMachine().find(bind, false);
        return new CommandLending(Lending.start(terms, address, 0, List.of(), tokens, new AuditLog(log, clock), clock));
    }

    /** The variables by which the program's libraries find it. */
    public Map<String, String> variables() {
        return lending.variables(lending.borrowers().get(0));
    }

    /** The variables with which libraries would ask another service first. */
    public static List<String> variablesOfOthers() {
        return LendCommand.VARIABLES_OF_OTHERS;
    }

    @Override
    public void close() {
        lending.close();
    }
}
