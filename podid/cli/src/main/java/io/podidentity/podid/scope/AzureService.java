// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.scope;

import java.util.List;
import java.util.stream.Stream;

/**
 * A service whose API takes Entra ID's tokens. {@link #ALL} is the one place to add another.
 *
 * @param hosts what its host names end in; the first label before that is the resource's name
 * @param resource what a token is requested for; {@code NAME} stands for the resource's name
 * @param type of the resource in Azure; empty if it is none
 * @param roles the least powerful first
 * @param part what a path segment of an address names below the resource, such as {@code
 *     blobServices/default/containers}; empty for nothing
 * @param note if roles of Azure are not what counts; empty otherwise
 */
record AzureService(
        String name, List<String> hosts, String resource, String type, List<Role> roles, String part, String note) {

    private static final String STORAGE = "https://storage.azure.com/";
    private static final String ACCOUNT = "Microsoft.Storage/storageAccounts";
    private static final String BUS = ".servicebus.windows.net";

    static final AzureService RESOURCE_MANAGER = of(
                    "Resource Manager", "management.azure.com", "https://management.azure.com/")
            .roles("Reader: read everything but data and secrets");

    static final List<AzureService> ALL = List.of(
            of("Blob Storage", ".blob.core.windows.net .dfs.core.windows.net", STORAGE)
                    .type(ACCOUNT, "blobServices/default/containers")
                    .roles(
                            "Storage Blob Data Reader: read and list blobs",
                            "Storage Blob Data Contributor: read, write and delete blobs"),
            of("Queue Storage", ".queue.core.windows.net", STORAGE)
                    .type(ACCOUNT, "queueServices/default/queues")
                    .roles(
                            "Storage Queue Data Message Sender: add messages",
                            "Storage Queue Data Message Processor: peek, get and delete messages",
                            "Storage Queue Data Contributor: all of it, and queues"),
            of("Table Storage", ".table.core.windows.net", STORAGE)
                    .type(ACCOUNT, "tableServices/default/tables")
                    .roles(
                            "Storage Table Data Reader: read tables and entities",
                            "Storage Table Data Contributor: read, write and delete them"),
            of("Key Vault", ".vault.azure.net", "https://vault.azure.net/")
                    .type("Microsoft.KeyVault/vaults", "")
                    .roles(
                            "Key Vault Secrets User: read secrets, and certificates with their keys",
                            "Key Vault Certificate User: read certificates",
                            "Key Vault Crypto User: use keys"),
            of("Managed HSM", ".managedhsm.azure.net", "https://managedhsm.azure.net/")
                    .note("Its roles are its own: az keyvault role assignment create --hsm-name NAME --role "
                            + "'Managed HSM Crypto User' --scope /keys --assignee-object-id \"$PRINCIPAL_ID\""),
            of("Event Hubs", BUS, "https://eventhubs.azure.net/")
                    .type("Microsoft.EventHub/namespaces", "eventhubs")
                    .roles("Azure Event Hubs Data Receiver: receive", "Azure Event Hubs Data Sender: send"),
            of("Service Bus", BUS, "https://servicebus.azure.net/")
                    .type("Microsoft.ServiceBus/namespaces", "queues")
                    .roles("Azure Service Bus Data Receiver: receive", "Azure Service Bus Data Sender: send"),
            of("Azure SQL", ".database.windows.net", "https://database.windows.net/")
                    .note("Rights are given in the database: CREATE USER [IDENTITY] FROM EXTERNAL PROVIDER; ALTER "
                            + "ROLE db_datareader ADD MEMBER [IDENTITY];"),
            of(
                            "Azure Database for PostgreSQL",
                            ".postgres.database.azure.com",
                            "https://ossrdbms-aad.database.windows.net/")
                    .note("Rights are given in the database: select * from pgaadauth_create_principal('IDENTITY', "
                            + "false, false); and GRANT"),
            of("Azure Database for MySQL", ".mysql.database.azure.com", "https://ossrdbms-aad.database.windows.net/")
                    .note("Rights are given in the database: CREATE AADUSER 'IDENTITY' IDENTIFIED BY 'CLIENT_ID'; "
                            + "and GRANT"),
            of("Cosmos DB", ".documents.azure.com", "https://NAME.documents.azure.com")
                    .note("Its roles are its own: az cosmosdb sql role assignment create --account-name NAME "
                            + "--resource-group GROUP --scope / --role-definition-id "
                            + "00000000-0000-0000-0000-000000000001 --principal-id \"$PRINCIPAL_ID\""),
            of("Container Registry", ".azurecr.io", "https://containerregistry.azure.net/")
                    .type("Microsoft.ContainerRegistry/registries", "")
                    .roles("AcrPull: pull images", "AcrPush: pull and push images"),
            of("App Configuration", ".azconfig.io", "https://azconfig.io/")
                    .type("Microsoft.AppConfiguration/configurationStores", "")
                    .roles("App Configuration Data Reader: read", "App Configuration Data Owner: read and write"),
            of("AI Search", ".search.windows.net", "https://search.azure.com/")
                    .type("Microsoft.Search/searchServices", "")
                    .roles(
                            "Search Index Data Reader: query",
                            "Search Index Data Contributor: query, and change documents"),
            of("Azure OpenAI", ".openai.azure.com", "https://cognitiveservices.azure.com/")
                    .type("Microsoft.CognitiveServices/accounts", "")
                    .roles("Cognitive Services OpenAI User: use models"),
            of("Cognitive Services", ".cognitiveservices.azure.com", "https://cognitiveservices.azure.com/")
                    .type("Microsoft.CognitiveServices/accounts", "")
                    .roles("Cognitive Services User: use the service; also list its keys"),
            of("Azure AI Foundry", ".services.ai.azure.com", "https://ai.azure.com/")
                    .type("Microsoft.CognitiveServices/accounts", "")
                    .roles("Azure AI User: use models, agents and projects"),
            of("Azure Cache for Redis", ".redis.cache.windows.net", "https://redis.azure.com/")
                    .note("Its user name is the principal ID. Rights are given on the cache: az redis"
                            + " access-policy-assignment create --name NAME --resource-group GROUP"
                            + " --policy-assignment-name app --access-policy-name 'Data Contributor' --object-id"
                            + " \"$PRINCIPAL_ID\" --object-id-alias app"),
            of("Azure Managed Redis", ".redis.azure.net .redisenterprise.cache.azure.net", "https://redis.azure.com/")
                    .note("Its user name is the principal ID. Rights are given on the database: az redisenterprise"
                            + " database access-policy-assignment create --cluster-name NAME --resource-group GROUP"
                            + " --database-name default --access-policy-assignment-name app --access-policy-name default"
                            + " --object-id \"$PRINCIPAL_ID\""),
            of("Azure Databricks", ".azuredatabricks.net", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d")
                    .note("Rights are given in the workspace: add the identity to it as a service principal, by its"
                            + " client ID"),
            of("Web PubSub", ".webpubsub.azure.com", "https://webpubsub.azure.com/")
                    .type("Microsoft.SignalRService/webPubSub", "")
                    .roles("Web PubSub Service Owner: serve clients"),
            of("SignalR", ".service.signalr.net", "https://signalr.azure.com/")
                    .type("Microsoft.SignalRService/signalR", "")
                    .roles("SignalR App Server: serve clients"),
            of("Event Grid", ".eventgrid.azure.net", "https://eventgrid.azure.net/")
                    .type("Microsoft.EventGrid/topics", "")
                    .roles("EventGrid Data Sender: publish events"),
            of("Azure Monitor ingestion", ".ingest.monitor.azure.com", "https://monitor.azure.com/")
                    .roles("Monitoring Metrics Publisher: send, on the data collection rule"),
            of(
                            "Log Analytics queries",
                            "api.loganalytics.io api.loganalytics.azure.com",
                            "https://api.loganalytics.io/")
                    .roles("Log Analytics Reader: query, on the workspace"),
            of("Data Explorer", ".kusto.windows.net", "https://kusto.kusto.windows.net/")
                    .note("Rights are given in the database: .add database NAME viewers "
                            + "('aadapp=CLIENT_ID;TENANT_ID')"),
            of("Microsoft Graph", "graph.microsoft.com", "https://graph.microsoft.com/")
                    .note("Not roles of Azure but app roles count: az rest --method post --url "
                            + "https://graph.microsoft.com/v1.0/servicePrincipals/PRINCIPAL_ID/appRoleAssignments"),
            RESOURCE_MANAGER);

    record Role(String name, String allows) {}

    AzureService {
        hosts = List.copyOf(hosts);
        roles = List.copyOf(roles);
    }

    static AzureService of(String name, String hosts, String resource) {
        return new AzureService(name, List.of(hosts.split(" ")), resource, "", List.of(), "", "");
    }

    AzureService type(String otherType, String otherPart) {
        return new AzureService(name, hosts, resource, otherType, roles, otherPart, note);
    }

    /** @param texts as {@code name: what it allows} */
    AzureService roles(String... texts) {
        List<Role> all = Stream.of(texts)
                .map(role -> role.split(": ", 2))
                .map(parts -> new Role(parts[0], parts[1]))
                .toList();
        return new AzureService(name, hosts, resource, type, all, part, note);
    }

    AzureService note(String text) {
        return new AzureService(name, hosts, resource, type, roles, part, text);
    }
}
