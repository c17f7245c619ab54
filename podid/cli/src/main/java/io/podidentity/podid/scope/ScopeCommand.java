// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.scope;

import io.podidentity.podid.input.UnusableInputException;
import io.podidentity.podid.text.ShellWord;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Exit code 0, or 2 for an address that leads to no service that is known. */
@Command(
        name = "scope",
        description = "Prints for an address in Azure the resource to request a token for, the roles, and the"
                + " az command that assigns one. Sends nothing.",
        footer = {
            "",
            "Examples:",
            "  podid scope https://ACCOUNT.blob.core.windows.net/CONTAINER",
            "  podid scope 'https://portal.azure.com/#@example.com/resource/subscriptions/…/overview'",
        },
        mixinStandardHelpOptions = true)
public final class ScopeCommand implements Callable<Integer> {

    @Parameters(paramLabel = "URL", description = "An endpoint, a page of the portal, or a resource ID.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String url;

    @Option(names = "--client-id", paramLabel = "ID", description = "The client ID of the identity that gets the role.")
    private @Nullable String clientId;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        Address address = Address.of(url);
        if (address.services().isEmpty()) {
            throw new UnusableInputException(
                    spec.commandLine(),
                    "\"" + url + "\" leads to no service that is known here. Look in the service's documents for the"
                            + " resource that tokens are requested for");
        }
        PrintWriter out = spec.commandLine().getOut();
        for (AzureService service : address.services()) {
            print(out, address, service);
        }
        out.flush();
        return 0;
    }

    private void print(PrintWriter out, Address address, AzureService service) {
        AzureCloud cloud = address.cloud();
        String resource = cloud.ofPublic(service.resource()).replace("NAME", address.name());
        out.println(service.name() + (address.name().isEmpty() ? "" : " " + address.name()));
        if (cloud != AzureCloud.PUBLIC) {
            out.println("  Cloud     " + cloud + ", which az is told by: az cloud set --name " + cloud);
        }
        out.println("  Resource  " + resource);
        out.println("  Scope     " + resource.replaceFirst("/$", "") + "/.default");
        for (int i = 0; i < service.roles().size(); i++) {
            AzureService.Role role = service.roles().get(i);
            out.println((i == 0 ? "  Roles     " : "            ") + role.name() + ": " + role.allows());
        }
        if (!service.note().isEmpty()) {
            out.println("  Note      " + cloud.ofPublic(service.note()).replace("NAME", address.name()));
        }
        if (!service.roles().isEmpty()) {
            out.println("  Assign, with the first role; it can take ten minutes until it has effect:");
            out.println();
            out.println("PRINCIPAL_ID=$(az ad sp show --id "
                    + ShellWord.quoted(clientId == null ? "CLIENT_ID" : clientId) + " --query id -o tsv)");
            out.println("az role assignment create --assignee-object-id \"$PRINCIPAL_ID\" --assignee-principal-type"
                    + " ServicePrincipal --role "
                    + ShellWord.quoted(service.roles().get(0).name()) + " --scope "
                    + scope(address, service));
        }
        out.println();
    }

    private static String scope(Address address, AzureService service) {
        if (!address.resourceId().isEmpty()) {
            return ShellWord.quoted(address.resourceId());
        }
        if (address.name().isEmpty() || service.type().isEmpty()) {
            return "RESOURCE_ID";
        }
        String part = address.partOf(service);
        return "\"$(az resource list --resource-type " + service.type() + " --name " + ShellWord.quoted(address.name())
                + " --query '[0].id' -o tsv)\"" + (part.isEmpty() ? "" : ShellWord.quoted("/" + part));
    }
}
