package adminservicetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clouddp/sdk/statusmsg"
)

const (
	cloudAgentType     = "#AdminService.SMS_CloudAgentConfig"
	inventoryAgentType = "#AdminService.SMS_HardwareInventoryAgentConfig"
)

// invoke carries out a static method of a class.
func (x *exchange) invoke(method string) *answer {
	severities := map[string]statusmsg.Severity{
		"raiseinformationalstatusmsg": statusmsg.Informational, "raisewarningstatusmsg": statusmsg.Warning,
		"raiseerrorstatusmsg": statusmsg.Error,
	}
	class, name, _ := strings.Cut(strings.ToLower(method), ".")
	switch {
	case class == "sms_azureservice" && (name == "start" || name == "stop"):
		return x.command(name)
	case class == "sms_statusmessage" && severities[name] != 0:
		return x.raiseMessage(severities[name])
	}
	return x.unknown()
}

func (x *exchange) returned(value uint32) *answer {
	return &answer{status: http.StatusOK, body: object{"@odata.context": x.base() + "/wmi/$metadata#Edm.UInt32", "ReturnValue": value}}
}

// command makes a task, which the service works on when it comes to it.
func (x *exchange) command(name string) *answer {
	var parameters struct{ AzureServiceID *uint32 }
	if err := x.decode(&parameters); err != nil || parameters.AzureServiceID == nil {
		return badRequest("The parameters are not those of the method: %v.", err)
	}
	id := *parameters.AzureServiceID
	service, refused := x.find(x.class((AzureService{}).class()), strconv.FormatUint(uint64(id), 10))
	if refused != nil {
		return refused
	}
	task := AzureServicesTask{
		TaskID:         uint32(len(x.instances[(AzureServicesTask{}).class()])) + 1, //nolint:gosec // Tests have few.
		AzureServiceId: id, SiteCode: service.FieldByName("SiteCode").String(),
		TaskTypeId: 5, TaskStateId: 1, TaskCreationTime: time.Now().UTC(),
	}
	if name == "stop" {
		task.TaskTypeId = 4
	}
	x.put(task)
	return x.returned(0)
}

// raiseMessage takes a user message. What the caller cannot say is that of the SMS Provider; the names are this package's.
func (x *exchange) raiseMessage(severity statusmsg.Severity) *answer {
	var p struct {
		MessageText                     *string
		MessageType                     *uint32
		Win32Error, ProcessID, ThreadID uint32
		Time                            *time.Time
		AttrIDs                         []uint32
		AttrValues                      []string
		TopLevelSiteCode                string
	}
	switch err := x.decode(&p); {
	case err != nil:
		return badRequest("The parameters are not those of the method: %v.", err)
	case p.MessageText == nil || p.MessageType == nil:
		return badRequest("The parameters MessageText and MessageType are required.")
	case len([]rune(*p.MessageText)) > 255 || strings.ContainsAny(*p.MessageText, "\r\n\t"):
		return badRequest("MessageText has more than 255 characters or holds a line break or tab.")
	case !slices.Contains([]uint32{256, 512, 768, 1024}, *p.MessageType):
		return badRequest("MessageType %d is unknown.", *p.MessageType)
	case len(p.AttrIDs) != len(p.AttrValues):
		return badRequest("AttrIDs and AttrValues differ in length.")
	}
	ids := map[statusmsg.Severity]statusmsg.ID{
		statusmsg.Informational: statusmsg.UserInformational, statusmsg.Warning: statusmsg.UserWarning,
		statusmsg.Error: statusmsg.UserError,
	}
	m := statusmsg.Message{
		ID: ids[severity], Severity: severity, Type: statusmsg.Type(*p.MessageType),
		Component: "SMS Provider", Module: "SMS Provider", Site: x.siteCode(), Machine: x.machine(), Time: time.Now().UTC().Truncate(time.Second), Win32Error: p.Win32Error,
		ProcessID: p.ProcessID, ThreadID: p.ThreadID, Insertions: []string{*p.MessageText},
	}
	if p.Time != nil {
		m.Time = p.Time.UTC()
	}
	for i, id := range p.AttrIDs {
		m.Attributes = append(m.Attributes, statusmsg.Attribute{ID: id, Value: p.AttrValues[i]})
	}
	x.arriving = append(x.arriving, arrival{time.Now().Add(x.ProcessTime), m})
	return x.returned(0)
}

// decode reads the body of a request, which holds no more than the fields of v.
func (x *exchange) decode(v any) error {
	decoder := json.NewDecoder(bytes.NewReader(x.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the parameters")
	}
	return nil
}

// patch changes properties of a custom client settings object: its name, its description or all of its groups. The other
// properties, and the other classes, are read-only.
func (x *exchange) patch(c *class, key string) *answer {
	if c.name != (clientSettings{}).class() {
		return &answer{status: http.StatusMethodNotAllowed, message: c.name + " is read-only."}
	}
	row, refused := x.find(c, key)
	if refused != nil {
		return refused
	}
	var changes map[string]json.RawMessage
	if err := x.decode(&changes); err != nil {
		return badRequest("The body is not an object: %v.", err)
	}
	edited := reflect.New(row.Type()).Elem()
	edited.Set(row)
	for name, value := range changes {
		p, ok := c.property(name)
		switch {
		case !ok:
			return badRequest("Could not find a property named '%s' on type 'AdminService.%s'.", name, c.name)
		case !slices.Contains([]string{"Name", "Description", "AgentConfigurations"}, p.name):
			return badRequest("The property '%s' is read-only.", p.name)
		}
		field := reflect.New(p.kind)
		if err := json.Unmarshal(value, field.Interface()); err != nil {
			return badRequest("The value of '%s' is not of its type: %v.", p.name, err)
		}
		edited.Field(p.index).Set(field.Elem())
	}
	agents, _ := reflect.TypeAssert[[]agent](edited.FieldByName("AgentConfigurations"))
	if err := checkAgents(agents); err != nil {
		return badRequest("%s.", err)
	}
	row.Set(edited)
	return &answer{status: http.StatusNoContent}
}

// checkAgents returns why a site does not take groups.
func checkAgents(agents []agent) error {
	known := map[string][]string{
		cloudAgentType:     {"AgentID", "AllowCloudDP", "AllowCMG", "AutoAADJoin"},
		inventoryAgentType: {"AgentID", "Enabled", "MaxThirdPartyMIFSize"},
	}
	for _, group := range agents {
		kind, _ := group["@odata.type"].(string)
		properties, ok := known[kind]
		if !ok {
			return fmt.Errorf("a type named '%s' could not be resolved", kind)
		}
		for name := range maps.Keys(group) {
			if !strings.HasPrefix(name, "@") && !slices.Contains(properties, name) {
				return fmt.Errorf("could not find a property named '%s' on type '%s'", name, kind)
			}
		}
		allow, isBool := group["AllowCloudDP"].(bool)
		if kind == cloudAgentType && !isBool && group["AllowCloudDP"] != nil {
			return fmt.Errorf("AllowCloudDP is not Boolean: %v", allow)
		}
	}
	return nil
}
