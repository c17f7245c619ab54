// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.scope;

import java.util.List;
import java.util.Locale;

/**
 * A service whose API takes Entra ID's tokens. {@link #ALL} is the one place to add another. Immutable.
 *
 * @param resource what a token is requested for; {@code NAME} stands for the resource's name
 * @param hosts the service's host; if it begins with a dot, the end of hosts that begin with the resource's name
 * @param type of the resource in Azure; empty if the resource is none of Resource Manager's
 * @param part what a path segment of an address names below the resource, such as {@code
 *     blobServices/default/containers}; empty for nothing
 * @param roles that let an identity use the service, the least powerful first; empty if other rights count
 * @param note how rights are given where roles of Azure do not count; empty otherwise
 */
record AzureService(
        String name, String resource, List<String> hosts, String type, String part, List<Role> roles, String note) {

    private static final String STORAGE = "https://storage.azure.com/";
    private static final String ACCOUNT = "Microsoft.Storage/storageAccounts";
    private static final String BUS = ".servicebus.windows.net";

    static final AzureService RESOURCE_MANAGER = service(
                    "Resource Manager", "https://management.azure.com/", "management.azure.com")
            .withRoles(role("Reader", "read everything but data and secrets"));

    static final List<AzureService> ALL = List.of(
            service("Blob Storage", STORAGE, ".blob.core.windows.net", ".dfs.core.windows.net")
                    .withType(ACCOUNT, "blobServices/default/containers")
                    .withRoles(
                            role("Storage Blob Data Reader", "read and list blobs"),
                            role("Storage Blob Data Contributor", "read, write and delete blobs")),
            service("Queue Storage", STORAGE, ".queue.core.windows.net")
                    .withType(ACCOUNT, "queueServices/default/queues")
                    .withRoles(
                            role("Storage Queue Data Message Sender", "add messages"),
                            role("Storage Queue Data Message Processor", "peek, get and delete messages"),
                            role("Storage Queue Data Contributor", "all of it, and queues")),
            service("Table Storage", STORAGE, ".table.core.windows.net")
                    .withType(ACCOUNT, "tableServices/default/tables")
                    .withRoles(
                            role("Storage Table Data Reader", "read tables and entities"),
                            role("Storage Table Data Contributor", "read, write and delete them")),
            service("Key Vault", "https://vault.azure.net/", ".vault.azure.net")
                    .withType("Microsoft.KeyVault/vaults")
                    .withRoles(
                            role("Key Vault Secrets User", "read secrets, and certificates with their keys"),
                            role("Key Vault Certificate User", "read certificates"),
                            role("Key Vault Crypto User", "use keys")),
            service("Managed HSM", "https://managedhsm.azure.net/", ".managedhsm.azure.net")
                    .withNote("Its roles are its own: az keyvault role assignment create --hsm-name NAME --role "
                            + "'Managed HSM Crypto User' --scope /keys --assignee-object-id \"$PRINCIPAL_ID\""),
            service("Event Hubs", "https://eventhubs.azure.net/", BUS)
                    .withType("Microsoft.EventHub/namespaces", "eventhubs")
                    .withRoles(
                            role("Azure Event Hubs Data Receiver", "receive"),
                            role("Azure Event Hubs Data Sender", "send")),
            service("Service Bus", "https://servicebus.azure.net/", BUS)
                    .withType("Microsoft.ServiceBus/namespaces", "queues")
                    .withRoles(
                            role("Azure Service Bus Data Receiver", "receive"),
                            role("Azure Service Bus Data Sender", "send")),
            service("Azure SQL", "https://database.windows.net/", ".database.windows.net")
                    .withNote("Rights are given in the database: CREATE USER [IDENTITY] FROM EXTERNAL PROVIDER; ALTER "
                            + "ROLE db_datareader ADD MEMBER [IDENTITY];"),
            service(
                            "Azure Database for PostgreSQL",
                            "https://ossrdbms-aad.database.windows.net/",
                            ".postgres.database.azure.com")
                    .withNote("Rights are given in the database: select * from pgaadauth_create_principal('IDENTITY', "
                            + "false, false); and GRANT"),
            service(
                            "Azure Database for MySQL",
                            "https://ossrdbms-aad.database.windows.net/",
                            ".mysql.database.azure.com")
                    .withNote("Rights are given in the database: CREATE AADUSER 'IDENTITY' IDENTIFIED BY 'CLIENT_ID'; "
                            + "and GRANT"),
            service("Cosmos DB", "https://NAME.documents.azure.com", ".documents.azure.com")
                    .withNote("Its roles are its own: az cosmosdb sql role assignment create --account-name NAME "
                            + "--resource-group GROUP --scope / --role-definition-id "
                            + "00000000-0000-0000-0000-000000000001 --principal-id \"$PRINCIPAL_ID\""),
            service("Container Registry", "https://containerregistry.azure.net/", ".azurecr.io")
                    .withType("Microsoft.ContainerRegistry/registries")
                    .withRoles(role("AcrPull", "pull images"), role("AcrPush", "pull and push images")),
            service("App Configuration", "https://azconfig.io/", ".azconfig.io")
                    .withType("Microsoft.AppConfiguration/configurationStores")
                    .withRoles(
                            role("App Configuration Data Reader", "read"),
                            role("App Configuration Data Owner", "read and write")),
            service("AI Search", "https://search.azure.com/", ".search.windows.net")
                    .withType("Microsoft.Search/searchServices")
                    .withRoles(
                            role("Search Index Data Reader", "query"),
                            role("Search Index Data Contributor", "query, and change documents")),
            service("Azure OpenAI", "https://cognitiveservices.azure.com/", ".openai.azure.com")
                    .withType("Microsoft.CognitiveServices/accounts")
                    .withRoles(role("Cognitive Services OpenAI User", "use models")),
            service("Cognitive Services", "https://cognitiveservices.azure.com/", ".cognitiveservices.azure.com")
                    .withType("Microsoft.CognitiveServices/accounts")
                    .withRoles(role("Cognitive Services User", "use the service; also list its keys")),
            service("Azure AI Foundry", "https://ai.azure.com/", ".services.ai.azure.com")
                    .withType("Microsoft.CognitiveServices/accounts")
                    .withRoles(role("Azure AI User", "use models, agents and projects")),
            service("Azure Cache for Redis", "https://redis.azure.com/", ".redis.cache.windows.net")
                    .withNote("Its user name is the principal ID. Rights are given on the cache: az redis"
                            + " access-policy-assignment create --name NAME --resource-group GROUP"
                            + " --policy-assignment-name app --access-policy-name 'Data Contributor' --object-id"
                            + " \"$PRINCIPAL_ID\" --object-id-alias app"),
            service(
                            "Azure Managed Redis",
                            "https://redis.azure.com/",
                            ".redis.azure.net",
                            ".redisenterprise.cache.azure.net")
                    .withNote("Its user name is the principal ID. Rights are given on the database: az redisenterprise"
                            + " database access-policy-assignment create --cluster-name NAME --resource-group GROUP"
                            + " --database-name default --access-policy-assignment-name app --access-policy-name default"
                            + " --object-id \"$PRINCIPAL_ID\""),
            service("Azure Databricks", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", ".azuredatabricks.net")
                    .withNote("Rights are given in the workspace: add the identity to it as a service principal, by its"
                            + " client ID"),
            service("Web PubSub", "https://webpubsub.azure.com/", ".webpubsub.azure.com")
                    .withType("Microsoft.SignalRService/webPubSub")
                    .withRoles(role("Web PubSub Service Owner", "serve clients")),
            service("SignalR", "https://signalr.azure.com/", ".service.signalr.net")
                    .withType("Microsoft.SignalRService/signalR")
                    .withRoles(role("SignalR App Server", "serve clients")),
            service("Event Grid", "https://eventgrid.azure.net/", ".eventgrid.azure.net")
                    .withType("Microsoft.EventGrid/topics")
                    .withRoles(role("EventGrid Data Sender", "publish events")),
            service("Azure Monitor ingestion", "https://monitor.azure.com/", ".ingest.monitor.azure.com")
                    .withRoles(role("Monitoring Metrics Publisher", "send, on the data collection rule")),
            service(
                            "Log Analytics queries",
                            "https://api.loganalytics.io/",
                            "api.loganalytics.io",
                            "api.loganalytics.azure.com")
                    .withRoles(role("Log Analytics Reader", "query, on the workspace")),
            service("Data Explorer", "https://kusto.kusto.windows.net/", ".kusto.windows.net")
                    .withNote("Rights are given in the database: .add database NAME viewers "
                            + "('aadapp=CLIENT_ID;TENANT_ID')"),
            service("Microsoft Graph", "https://graph.microsoft.com/", "graph.microsoft.com")
                    .withNote("Not roles of Azure but app roles count: az rest --method post --url "
                            + "https://graph.microsoft.com/v1.0/servicePrincipals/PRINCIPAL_ID/appRoleAssignments"),
            RESOURCE_MANAGER);

    /** A role of Azure, and what it allows, in a few words. */
    record Role(String name, String allows) {}

    AzureService {
        hosts = List.copyOf(hosts);
        roles = List.copyOf(roles);
    }

    private static AzureService service(String name, String resource, String... hosts) {
        return new AzureService(name, resource, List.of(hosts), "", "", List.of(), "");
    }

    private static Role role(String name, String allows) {
        return new Role(name, allows);
    }

    private AzureService withType(String newType) {
        return withType(newType, "");
    }

    private AzureService withType(String newType, String newPart) {
        return new AzureService(name, resource, hosts, newType, newPart, roles, note);
    }

    private AzureService withRoles(Role... newRoles) {
        return new AzureService(name, resource, hosts, type, part, List.of(newRoles), note);
    }

    private AzureService withNote(String newNote) {
        return new AzureService(name, resource, hosts, type, part, roles, newNote);
    }

    /** Whether the host, in lower case and of the public cloud, is one of this service. */
    boolean answersAt(String host) {
        return hosts.stream().anyMatch(known -> isHost(known, host));
    }

    private static boolean isHost(String known, String host) {
        if (known.startsWith(".")) {
            return host.endsWith(known);
        }
        return host.equals(known);
    }

    /** Whether each resource has a host of its own, which begins with the resource's name. */
    boolean isNamedInHost() {
        return hosts.get(0).startsWith(".");
    }

    /**
     * Whether what a resource ID names below the resource belongs to this service: the blobs of a storage account, and
     * not its queues.
     *
     * @param below the rest of the resource ID, with its first slash; empty if it ends with the resource
     */
    boolean owns(String below) {
        String lower = below.toLowerCase(Locale.ROOT);
        boolean namesOneOfSeveral = lower.contains("services/");
        if (part.isEmpty() || !namesOneOfSeveral) {
            return true;
        }
        String first = part.split("/", 2)[0].toLowerCase(Locale.ROOT);
        return lower.startsWith("/" + first);
    }
}
