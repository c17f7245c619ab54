// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.scope;

import io.podidentity.podid.input.UnusableInputException;
import io.podidentity.podid.text.ShellWord;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code scope}. Its exit code is 0, or 2 for an address that leads to no service that is known. */
@Command(
        name = "scope",
        description = "Prints for an address in Azure the resource to request a token for, the roles, and the"
                + " az command that assigns one. Sends nothing.",
        footer = {
            "",
            "Examples:",
            "  podid scope https://ACCOUNT.blob.core.windows.net/CONTAINER",
            "  podid scope https://ACCOUNT.blob.core.windows.net/CONTAINER --agent AGENT-CLIENT-ID",
            "  podid scope 'https://portal.azure.com/#@example.com/resource/subscriptions/…/overview'",
        },
        mixinStandardHelpOptions = true)
public final class ScopeCommand implements Callable<Integer> {

    @Parameters(paramLabel = "URL", description = "An endpoint, a page of the portal, or a resource ID.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String url;

    @Option(names = "--client-id", paramLabel = "ID", description = "The client ID of the identity that gets the role.")
    private @Nullable String clientId;

    @Option(
            names = "--agent",
            paramLabel = "ID",
            description =
                    "The client ID of the agent identity that gets the role. Its blueprint, and the managed identity"
                            + " that proves the blueprint's identity, need no role.")
    private @Nullable String agent;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (clientId != null && agent != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--client-id and --agent name two identities: give one of them the role at a time");
        }
        Address address = Address.parse(url);
        if (address.services().isEmpty()) {
            throw new UnusableInputException(
                    spec.commandLine(),
                    "\"" + url + "\" leads to no service that is known here. Look in the service's documents for the"
                            + " resource that tokens are requested for");
        }
        PrintWriter out = spec.commandLine().getOut();
        for (AzureService service : address.services()) {
            printService(out, address, service);
        }
        out.flush();
        return 0;
    }

    private void printService(PrintWriter out, Address address, AzureService service) {
        AzureCloud cloud = address.cloud();
        String resource = fillIn(service.resource(), address);
        String name = address.name().isEmpty() ? "" : " " + address.name();
        out.println(service.name() + name);
        if (cloud != AzureCloud.PUBLIC) {
            out.println("  Cloud     " + cloud + ", which az is told by: az cloud set --name " + cloud);
        }
        out.println("  Resource  " + resource);
        out.println("  Scope     " + resource.replaceFirst("/$", "") + "/.default");
        String heading = "Roles";
        for (AzureService.Role role : service.roles()) {
            out.println(String.format("  %-9s %s: %s", heading, role.name(), role.allows()));
            heading = "";
        }
        if (!service.note().isEmpty()) {
            out.println("  Note      " + fillIn(service.note(), address));
        }
        if (!service.roles().isEmpty()) {
            printAssignment(out, address, service);
        } else if (agent != null) {
            out.println("  Agent     PRINCIPAL_ID=" + principalId() + ", and its CLIENT_ID is the same");
        }
        out.println();
    }

    private void printAssignment(PrintWriter out, Address address, AzureService service) {
        String role = ShellWord.quoted(service.roles().get(0).name());
        String assignee = agent == null ? "" : " to the agent identity";
        out.println("  Assign" + assignee + ", with the first role; it can take ten minutes until it has effect:");
        out.println();
        out.println("PRINCIPAL_ID=" + principalId());
        out.println("az role assignment create --assignee-object-id \"$PRINCIPAL_ID\" --assignee-principal-type"
                + " ServicePrincipal --role " + role + " --scope " + assignmentScope(address, service));
    }

    /** The object ID, to which roles are assigned, as a word of a shell; that of an agent identity is its client ID. */
    private String principalId() {
        if (agent != null) {
            return ShellWord.quoted(agent);
        }
        String identity = ShellWord.quoted(Objects.requireNonNullElse(clientId, "CLIENT_ID"));
        return "$(az ad sp show --id " + identity + " --query id -o tsv)";
    }

    /** A text of the table of services, for the cloud and the resource of the address. */
    private static String fillIn(String text, Address address) {
        return address.cloud().fromPublic(text).replace("NAME", address.name());
    }

    /** What the role is assigned on, as words of a shell: a resource ID, or the command that looks it up. */
    private static String assignmentScope(Address address, AzureService service) {
        if (!address.resourceId().isEmpty()) {
            return ShellWord.quoted(address.resourceId());
        }
        if (address.name().isEmpty() || service.type().isEmpty()) {
            return "RESOURCE_ID";
        }
        String part = address.partOf(service)
                .map(below -> ShellWord.quoted("/" + below))
                .orElse("");
        return "\"$(az resource list --resource-type " + service.type() + " --name " + ShellWord.quoted(address.name())
                + " --query '[0].id' -o tsv)\"" + part;
    }
}
